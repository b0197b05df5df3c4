"""The impure corner of attest: durable files, the HTTP client and the command `nguon`."""
