"""What is backed up while the server runs, as docs/operating.md has it, is all there after a restore elsewhere."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import SECRET_KEY
from tests.operations.test_log import bearer, tokens_of
from tests.support.asgi import PREFIX
from tests.support.files import png
from tests.support.postgres import Cluster
from tests.support.server import Server
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.server.postgres_folder import binaries


def run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL."""
    done = subprocess.run(
        [str(binaries() / program), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_a_backup_of_a_running_server_is_restored_with_its_files(
    server: Server, cluster: Cluster, worker_name: str, tmp_path: Path
):
    image = png(3, 2)
    with httpx.Client(base_url=server.url + PREFIX) as client:
        viewer = bearer(tokens_of(client, "viewer@demo.test"))
        tree = client.get("/trees", headers=viewer).json()["items"][0]
        session = client.post(
            "/sessions", json={"tree_id": tree["id"], "title": "Kept"}, headers=viewer
        ).json()
        files = {"file": ("dial.png", image, "image/png")}
        client.post(f"/sessions/{session['id']}/attachments", files=files, headers=viewer).raise_for_status()
        before: dict[str, Any] = client.get(f"/sessions/{session['id']}", headers=viewer).json()

    dump, files_kept = tmp_path / "troubleshoot.dump", tmp_path / "var.tar"
    run("pg_dump", "--format=custom", f"--file={dump}", server.database_url)
    with tarfile.open(files_kept, "w") as tar:
        tar.add(server.var_dir, ".")

    elsewhere = Server(
        tmp_path,
        DATABASE_URL=cluster.empty_database(f"restored_{worker_name}"),
        SECRET_KEY=SECRET_KEY,
        DEMO_DATA="false",
    )
    run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={elsewhere.database_url}", str(dump))
    with tarfile.open(files_kept) as tar:
        tar.extractall(elsewhere.var_dir, filter="data")
    elsewhere.start()
    try:
        with httpx.Client(base_url=elsewhere.url) as client:
            after = client.get(f"{PREFIX}/sessions/{session['id']}", headers=viewer)
            (kept,) = after.json()["attachments"]
            file = client.get(kept["url"], headers=viewer)
        checked = subprocess.run(
            [sys.executable, "-m", "troubleshoot_app", "check"],
            cwd=ROOT, env=os.environ | elsewhere.environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    finally:
        assert elsewhere.stop() == 0
    assert after.json() == before
    assert file.content == image
    assert checked.returncode == 0, checked.stdout + checked.stderr
