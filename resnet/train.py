"""Trainiert das ResNet: ``python -m resnet.train``."""

import sys

from resnet.training.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
