"""What runs: settings, wiring, turns, sweeps, sender, rendering, web server, command line."""
