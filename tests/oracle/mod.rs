mod classify;
mod concentration;
mod locate;
