"""A mutation fuzzer over what the program reads from strangers: files, configurations, answers of servers."""
