"""The demo: a throw-away store of made-up records, and a colleague who changes some of them."""

from core.demo.building import build_demo
from core.demo.colleague import Colleague

__all__ = ["Colleague", "build_demo"]
