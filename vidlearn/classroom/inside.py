"""What runs in the sandbox: a Jupyter kernel with the student's notebook, and who speaks to it.

Nothing here is trusted by those outside. Requests come on standard input, replies go to standard
output, in the form of `vidlearn.classroom.codec`. Run it with ``python -m``.
"""

import contextlib
import ctypes
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from vidlearn.classroom.codec import pack, read, unpack, write

TEXT = 200_000  # characters that one cell may print before it is cut off
PICTURES = 4_000_000  # characters of pictures
FUNCTION = (
    "__import__('vidlearn.classroom.inside', fromlist=['inside']).{name}"
    "(get_ipython().user_ns, {path!r})"
)


class Kernel:
    """A kernel and what is asked of it."""

    def __init__(self):
        from jupyter_client.manager import KernelManager

        self.folder = Path(tempfile.mkdtemp(prefix="k"))
        self.manager = KernelManager(transport="ipc", ip=str(self.folder / "k"))
        self.manager.start_kernel(stdout=2, stderr=2)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.calls = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        """Go when the kernel has gone: those outside then know."""
        while self.manager.is_alive():
            time.sleep(0.1)
        os._exit(1)

    def cell(self, source, seconds):
        """Run a cell; return its outputs and how it ended."""
        kept = Kept()
        ended = self._run(source, seconds, kept, history=True)
        return {"ended": ended if self._room() else "full", "outputs": kept.outputs}

    def _room(self):
        """Tell whether there is room for what is to be carried in and out."""
        path = self.folder / "room"
        try:
            path.write_bytes(bytes(2**20))
            return True
        except OSError:
            return False
        finally:
            path.unlink(missing_ok=True)

    def name(self, name):
        """Return what stands under a name."""
        return self._ask("_look_up", {"name": name}, 60)

    def call(self, name, args, options, seconds):
        """Call a function of the student's."""
        asked = {"name": name, "args": args, "options": options}
        return self._ask("_call", asked, seconds)

    def _ask(self, function, asked, seconds):
        self.calls += 1
        path = self.folder / f"{self.calls}"
        path.write_bytes(pack(asked))
        reply = path.with_suffix(".out")
        ended = self._run(FUNCTION.format(name=function, path=str(path)), seconds, None)
        path.unlink(missing_ok=True)
        if ended in ("late", "stuck"):
            return {"kind": ended}
        try:
            return unpack(reply.read_bytes())
        except (OSError, ValueError):
            return {"kind": "nothing"}
        finally:
            reply.unlink(missing_ok=True)
            Path(f"{path}.part").unlink(missing_ok=True)

    def _run(self, source, seconds, kept, history=False):
        """Run code; return "fine", "error", "late", or "stuck" where no interrupt helps."""
        try:
            reply = self.client.execute_interactive(
                source,
                silent=not history,
                store_history=history,
                allow_stdin=False,
                stop_on_error=False,
                timeout=seconds,
                output_hook=kept.hear if kept else lambda message: None,
            )
        except TimeoutError:
            return "late" if self._interrupted() else "stuck"
        return "fine" if reply["content"]["status"] == "ok" else "error"

    def _interrupted(self):
        """Interrupt what runs; tell whether the kernel answers again."""
        self.manager.interrupt_kernel()
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                self.client.execute_interactive(
                    "", silent=True, timeout=1, allow_stdin=False, output_hook=lambda message: None
                )
                return True
            except TimeoutError:
                continue
        return False


class Kept:
    """The outputs of a cell, up to a limit; no script, and no page of HTML."""

    def __init__(self):
        self.outputs, self.text, self.pictures = [], TEXT, PICTURES

    def hear(self, message):
        """Take down one message."""
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "stream" and self.text > 0:
            part = content["text"][: self.text]
            self.text -= len(part)
            if self.text <= 0:
                part += "\n[cut off here: too much was printed]\n"
            last = self.outputs[-1] if self.outputs else {}
            if last.get("output_type") == "stream" and last["name"] == content["name"]:
                last["text"] += part
            else:
                self.outputs.append(
                    {"output_type": "stream", "name": content["name"], "text": part}
                )
        elif kind in ("display_data", "execute_result"):
            self._show(content["data"])
        elif kind == "error" and self.text > 0:
            trace = [line[:2000] for line in content["traceback"][-12:]]
            self.text -= sum(map(len, trace))
            self.outputs.append(
                {
                    "output_type": "error",
                    "ename": content["ename"][:200],
                    "evalue": content["evalue"][:1000],
                    "traceback": trace,
                }
            )

    def _show(self, data):
        shown = {}
        plain, picture = data.get("text/plain"), data.get("image/png")
        if isinstance(plain, str) and self.text > 0:
            shown["text/plain"] = plain[: min(self.text, 20_000)]
            self.text -= len(shown["text/plain"])
        if isinstance(picture, str) and len(picture) <= self.pictures:
            shown["image/png"] = picture
            self.pictures -= len(picture)
        if shown:
            self.outputs.append({"output_type": "display_data", "data": shown, "metadata": {}})


def _look_up(names, path):
    """In the kernel: say what stands under a name."""
    name = unpack(Path(path).read_bytes())["name"]
    if name not in names:
        reply = {"kind": "missing"}
    elif callable(names[name]):
        reply = {"kind": "function"}
    else:
        reply = {"kind": "value", "value": names[name]}
    _reply(path, reply)


def _call(names, path):
    """In the kernel: call a function, and write down what it returns or raises."""
    asked = unpack(Path(path).read_bytes())
    try:
        reply = {"kind": "value", "value": names[asked["name"]](*asked["args"], **asked["options"])}
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reply = {"kind": "raised", "type": type(error).__name__, "message": str(error)[:500]}
    _reply(path, reply)


def _reply(path, reply):
    part = Path(path + ".part")
    part.write_bytes(pack(reply))
    os.replace(part, path + ".out")


def _set_limits(limits):
    """Set what the system itself keeps to, for this process and all that come of it."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, 2 * limits["memory"] * 2**20),
        (resource.RLIMIT_FSIZE, limits["disk"] * 2**20),
        (resource.RLIMIT_NPROC, limits["processes"] + 400),  # threads count too; not for root
        (resource.RLIMIT_NOFILE, 512),  # what waits in sockets and pipes is counted nowhere
        (resource.RLIMIT_CPU, int(4 * limits["seconds"]) + 60),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def main():
    """Answer requests until there are none."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: who loses a parent stays in sight
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests, kernel = sys.stdin.buffer, None
    while True:
        try:
            request = read(requests)
        except EOFError:
            break
        do = request.pop("do")
        if do == "start":
            _set_limits(request["limits"])
            for name, data in request["files"].items():
                Path(name).write_bytes(data.tobytes())
            kernel = Kernel()
            write(replies, {"kind": "ready"})
        else:
            write(replies, getattr(kernel, do)(**request))
    os._exit(0)


if __name__ == "__main__":
    main()
