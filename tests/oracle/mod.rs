mod policy_shaoxing_2020;
mod read_areas;
mod read_convert;
