"""What tests stand on: a database, a server, a mail server, a browser, a raw socket."""
