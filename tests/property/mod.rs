mod read_reference;
