"""Files in and out: lists, leaflets, sheets."""
