mod policy_shaoxing_2020;
