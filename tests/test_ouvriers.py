"""The processes that serve: one that dies is replaced at once, whatever the supervisor was waiting for."""

import os
import signal
import threading
import time

from uvicorn import Config

from app.serveur import Ouvrier


class Muet(Ouvrier):
    """A worker that never answers."""

    def target(self, sockets=None):
        time.sleep(600)


def test_a_worker_that_dies_while_it_is_asked_is_dead_at_once_and_not_after_the_patience_for_slow_ones():
    worker, asked, said = Muet(Config("app.serveur:worker", factory=True, log_config=None), []), threading.Event(), []
    send = worker.parent_conn.send
    worker.start()

    class Ecoute:
        """The parent's end of the pipe; says when the question has left."""

        def __getattr__(self, nom):
            return getattr(conn, nom)

        def send(self, message):
            send(message)
            asked.set()

    conn, worker.parent_conn = worker.parent_conn, Ecoute()
    asking = threading.Thread(target=lambda: said.append(worker.is_alive(timeout=300)), daemon=True)
    asking.start()
    assert asked.wait(60)
    os.kill(worker.pid, signal.SIGKILL)
    asking.join(60)
    assert said == [False]
    worker.join()
