"""Shows a run in Weights & Biases: their own client follows the event files that the run writes.

    python3 mirror.py checkpoints/tensorboard --project flightmind --id d24

Start it before the run: their client takes only files that begin after it. It ends with Ctrl-C or SIGTERM.
"""

import argparse
import os
import signal

import wandb

parser = argparse.ArgumentParser()
parser.add_argument("directory", help="where the run writes its event files; need not be there yet")
parser.add_argument("--project", default="flightmind")
parser.add_argument("--id", help="of the run in W&B; the same again goes on with it")
arguments = parser.parse_args()

directory = os.path.abspath(arguments.directory)
os.makedirs(directory, exist_ok=True)
signal.signal(signal.SIGTERM, signal.default_int_handler)
with wandb.init(project=arguments.project, id=arguments.id, resume="allow", sync_tensorboard=True) as run:
    # What their patched writers of event files call; ours are written by another program.
    run._tensorboard_callback(directory, save=True, root_logdir=os.path.dirname(directory))
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass
