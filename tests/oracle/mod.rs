mod policy_shaoxing_2020;
mod classify;
mod concentration;
mod locate;
