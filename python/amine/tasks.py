"""Where tasks come from."""
from .world import World, from_gymnasium

__all__ = ["World", "from_gymnasium"]
