"""Files in and out: guidance cards and QR codes."""
