"""`python -m node.command` is `legation`."""

from node.command import main

if __name__ == "__main__":
    main()
