"""Starting and stopping: build the pages, run a database, keep the server processes alive."""
