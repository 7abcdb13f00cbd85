"""The wheel of the package, with the library inside: see tools/make-wheel, which puts it there."""
import sysconfig

from setuptools import Distribution, setup
from wheel.bdist_wheel import bdist_wheel


class Wheel(bdist_wheel):
    """Any Python 3, this machine: nothing in it is compiled for a Python."""

    def get_tag(self):
        return "py3", "none", sysconfig.get_platform().replace("-", "_").replace(".", "_")


class OfMachine(Distribution):
    """One that is not the same everywhere."""

    def has_ext_modules(self):
        return True


setup(
    name="amine",
    version="0.1.0",
    description="Neuromodulated learning in C",
    python_requires=">=3.9",
    install_requires=["numpy"],
    packages=["amine"],
    package_data={"amine": ["py.typed", "*.so*"]},
    license_files=["LICENSE*"],
    distclass=OfMachine,
    cmdclass={"bdist_wheel": Wheel},
    zip_safe=False,
)
