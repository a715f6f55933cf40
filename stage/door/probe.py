"""``python -m stage.door.probe URL``: exit 0 when URL answers 200. The container image needs no curl for it."""

import sys
import urllib.request


def main(url: str) -> int:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as failure:
        print(failure)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
