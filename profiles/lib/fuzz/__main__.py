"""The parts of .ci/fuzz-api that schemathesis does not do: documents, goods, messages.

Usage: python -m fuzz documents | goods | messages
"""

import sys

from fuzz import documents, goods, messages

if __name__ == "__main__":
    {"documents": documents.main, "goods": goods.main, "messages": messages.main}[sys.argv[1]]()
