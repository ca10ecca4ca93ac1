"""Files in and out: lists read and sent back, guidance cards and QR codes."""
