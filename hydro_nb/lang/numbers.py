"""What `source_iter` can tell of an array of numbers, and of a function that is annotated to give one."""

from __future__ import annotations

import sys
from typing import Any, cast, get_args, get_origin

from hydro_nb.errors import GraphError, Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.numbers import Column, Engine, Numbers
from hydro_nb.lang import annotate

_COLUMNS: dict[str, Column] = {"b": "bool", "i": "int64", "u": "int64", "f": "float64"}
PYTHON: dict[Column, type] = {"bool": bool, "int64": int, "float64": float}
_ENGINES = (None, "numba", "numpy", "python")


def numbers_of(data: Any, asked: Engine | None, site: Site) -> Numbers | None:
    """Give what is known of the numbers of what `source_iter` was given, if it is an array or makes one."""
    if asked not in _ENGINES:
        raise GraphError(f'numeric= is "numba", "numpy", "python" or None, not {asked!r}.\n  {site}')
    made = isinstance(data, Func)
    column = _of_annotation(annotate.result_of(data.fn)) if made else _of_array(data)
    if column is None:
        if asked is not None:
            raise GraphError(_no_numbers(data, asked, site))
        return None
    if asked == "numba":
        _require_numba(site)
    return Numbers(column, asked, None if made else len(data))


def pythons(data: Any) -> Any:
    """Give the elements of an array of numbers as a list of Python's, and all else as it is.

    >>> pythons("ab")
    'ab'
    """
    return data if _of_array(data) is None else data.tolist()


def _require_numba(site: Site) -> None:
    from importlib.util import find_spec

    if find_spec("numba") is None:
        raise GraphError(
            f'numeric="numba" needs numba, which is not installed.\n  {site}\n'
            "  pip install 'hydro_nb[numeric]', or leave numeric= out: numpy works on the numbers then."
        )


def _no_numbers(data: Any, asked: Engine, site: Site) -> str:
    given = data.text if isinstance(data, Func) else f"{type(data).__name__} {_shape(data)}".rstrip()
    return (
        f'numeric="{asked}" needs a numpy array of one dimension of integers, floats or truth values, or a function '
        f"that is annotated to give one, but was given {given}.\n  {site}\n"
        "  Give np.array(data), annotate the function (-> NDArray[np.float64]), or leave numeric= out."
    )


def _shape(data: Any) -> str:
    return f"of {data.dtype} with {data.ndim} dimensions" if _is_array(data) else ""


def _is_array(data: Any) -> bool:
    numpy = sys.modules.get("numpy")  # who has an array has loaded it
    return numpy is not None and type(data) is numpy.ndarray


def _of_array(data: Any) -> Column | None:
    return _of_dtype(data.dtype) if _is_array(data) and data.ndim == 1 else None


def _of_annotation(annotation: Any) -> Column | None:
    """Give the kind of the numbers of `NDArray[np.int64]`."""
    numpy = sys.modules.get("numpy")
    if numpy is None or get_origin(annotation) is not numpy.ndarray:
        return None
    held = get_args(get_args(annotation)[-1])
    known = held and isinstance(held[0], type) and issubclass(cast("Any", held[0]), numpy.generic)
    try:
        return _of_dtype(numpy.dtype(held[0])) if known else None
    except TypeError:
        return None


def _of_dtype(dtype: Any) -> Column | None:
    wide = dtype.kind in "uf" and dtype.itemsize > (4 if dtype.kind == "u" else 8)
    return None if wide else _COLUMNS.get(dtype.kind)
