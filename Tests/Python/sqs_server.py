"""Runs a server that speaks SQS, until the process that started it has ended. Usage: sqs_server.py PORT PARENT_PID"""

import os
import sys
import time

from moto.server import ThreadedMotoServer

# A parent that ended while this started is noticed, too: another process is the parent then.
parent = int(sys.argv[2])
ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False).start()
while os.getppid() == parent:
    time.sleep(0.5)
os._exit(0)
