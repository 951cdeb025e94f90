mod classify;
mod concentration;
mod count;
mod locate;
