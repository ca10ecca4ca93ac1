"""What runs Cachly: settings, logs, clock, web server, polling, command line, layout."""
