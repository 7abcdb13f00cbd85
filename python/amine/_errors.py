"""One family of exceptions; each carries the sentence that the library says."""
import builtins


class Error(Exception):
    """Something that the library refused or could not do.

    file     the file concerned, or ""
    offset   the byte in it, or -1
    excerpt  where a text is wrong: its line and a mark below it, else ""
    """

    def __init__(self, message: str, file: str = "", offset: int = -1, excerpt: str = ""):
        super().__init__(message + ("\n" + excerpt if excerpt else ""))
        self.message, self.file, self.offset, self.excerpt = message, file, offset, excerpt

    def rename(self, folder: str) -> None:
        """Leaves out where a file is that stands for a text in memory."""
        self.args = (str(self).replace(folder, ""),)
        self.message, self.file = self.message.replace(folder, ""), self.file.replace(folder, "")


class UsageError(Error, ValueError):
    """A value is unknown, out of its range or of a wrong type or shape."""


class InputError(Error, ValueError):
    """A file or a text is damaged, or is not what it should be."""


class IOError(Error, builtins.OSError):
    """The operating system refused: a missing file, a full disk."""

    __str__ = Exception.__str__


class MemoryError(Error, builtins.MemoryError):
    """There is not enough memory."""


class NumericError(Error, ArithmeticError):
    """A number is none, or exploded; the sentence names where."""


class Stopped(Error):
    """Asked to stop, and stopped with everything saved."""


# By amine_status.
BY_STATUS = [None, UsageError, InputError, IOError, MemoryError, NumericError, Stopped]
