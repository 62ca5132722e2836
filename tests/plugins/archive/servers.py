"""Real servers on this machine: OpenSSH's, SeaweedFS's S3, and a line that can be cut in the middle."""

import json
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from roomctl.testing.parts import which

BOUND = 60.0  # seconds until a server must be there
SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server")


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + BOUND
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as line:
            if line.getsockname() != line.getpeername():  # nobody listens, and the free port met itself
                return
        time.sleep(0.02)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


def end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def make_key(path: Path, kind: str = "ed25519", password: str = "") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", password, "-f", str(path)], check=True)
    return path


def public(path: Path) -> str:
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


class Sshd:
    """OpenSSH as the user who runs the tests: keys alone, its internal-sftp left out for the real sftp-server."""

    def __init__(self, folder: Path, *, prefix: tuple[str, ...] = (), options: str = "") -> None:
        self.folder = folder
        folder.mkdir()
        self.root = folder / "files"
        self.root.mkdir()
        self.host_key, self.user_key = make_key(folder / "host"), make_key(folder / "user")
        self.prefix, self.options = prefix, options
        self.port = 0
        self._process: subprocess.Popen | None = None

    def start(self, host_key: Path | None = None) -> None:
        self.port = self.port or free_port()
        keys = self.folder / "authorized_keys"
        shutil.copy(self.user_key.with_name("user.pub"), keys)
        server = next(path for path in SFTP_SERVERS if Path(path).exists())
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {host_key or self.host_key}\n"
            f"AuthorizedKeysFile {keys}\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nUseDNS no\n"
            f"Subsystem sftp {server} {self.options}\n"
        )
        with suppress(PermissionError):
            Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it where root runs it
        log = self.folder / "sshd.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [*self.prefix, which("sshd"), "-D", "-e", "-f", str(config)],
                stderr=out,
                start_new_session=True,
            )
        wait_for(self.port, self._process, log)

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None


class Weed:
    """SeaweedFS with its S3 gateway; one account may do all, one may only read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.port = free_port()
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        identities = [
            {"name": name, "credentials": [{"accessKey": name, "secretKey": "pass"}], "actions": actions}
            for name, actions in (("room", ["Admin"]), ("guest", ["Read", "List"]))
        ]
        config = self.folder / "s3.json"
        config.write_text(json.dumps({"identities": identities}))
        log = self.folder / "weed.log"
        names = [f"-{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")]
        self._ports = [self.port]
        ports = [f"{name}={self._port()}" for name in (*names, "-s3.port.grpc", "-s3.port.iceberg", "-s3.port.lance")]
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [
                    which("weed"), "server", f"-dir={self.folder}", "-ip=127.0.0.1", "-s3", f"-s3.port={self.port}",
                    f"-s3.config={config}", *ports, "-master.telemetry=false", "-master.volumeSizeLimitMB=64",
                    "-volume.max=64",
                ],
                stdout=out, stderr=out, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        wait_for(self.port, self._process, log)

    def _port(self) -> int:
        self._ports.append(free_port())
        return self._ports[-1]

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()  # it takes ten seconds to end by itself, and keeps nothing
            self._process.wait()
            for port in self._ports:
                for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                    left.unlink(missing_ok=True)
            self._process = None


class Line:
    """A TCP line in between that can be cut.

    Attributes:
        cut_after: bytes from the client after which the line is cut, once; None: never.
        cut_for_good: nothing is let through any more once it was cut, until this is False again.
        when_cut: called then.
        rate: bytes a second from the client; None: as fast as it goes.
        stalled: takes what comes, and passes nothing on.
        passed: bytes from the client so far.

    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.port_behind, self._tls = port, tls
        self.cut_after: int | None = None
        self.cut_for_good = False
        self._dead = False
        self.when_cut: Callable[[], object] | None = None
        self.rate: float | None = None
        self.stalled = False
        self.passed = 0
        self._open: set[socket.socket] = set()
        line = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line._carry(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = False  # joined when it is closed
            allow_reuse_address = True

            def handle_error(self, request, client_address) -> None:
                """A line that was cut is what is wanted."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def _carry(self, front: socket.socket) -> None:
        if self._dead and self.cut_for_good:
            front.close()
            return
        self._dead = False
        if self._tls:
            try:
                front = self._tls.wrap_socket(front, server_side=True)
            except OSError:
                front.close()
                return
        back = socket.create_connection(("127.0.0.1", self.port_behind))
        self._open |= {front, back}
        home = threading.Thread(target=self._pump, args=(back, front))
        home.start()
        self._pump(front, back, counted=True)
        home.join()
        back.close()
        front.close()
        self._open -= {front, back}

    def _pump(self, source: socket.socket, sink: socket.socket, *, counted: bool = False) -> None:
        try:
            while chunk := source.recv(1 << 16):
                if counted:
                    if self.cut_after is not None and self.passed + len(chunk) > self.cut_after:
                        sink.sendall(chunk[: self.cut_after - self.passed])
                        self.cut_after, self._dead = None, True
                        self.cut()
                        if self.when_cut:
                            self.when_cut()
                        return
                    self.passed += len(chunk)
                    if self.rate:
                        time.sleep(len(chunk) / self.rate)
                if not self.stalled:
                    sink.sendall(chunk)
        except OSError:
            pass
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """All that is open, in the middle of whatever is being said."""
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def line_to(port: int, tls: ssl.SSLContext | None = None):
    line = Line(port, tls)
    try:
        yield line
    finally:
        line.close()
