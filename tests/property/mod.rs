mod locate;
