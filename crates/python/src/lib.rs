//! The Python door: what is asked for in Python becomes one call of the library, and what the library gives becomes an object of
//! Python. Nothing is computed here.
//!
//! The module `jiju._jiju` holds functions only; classes, names and documentation are those of the package `python/jiju`, which
//! calls them. What the library owns (tables, areas, figures, indices) goes through Python in capsules (`handle`), tables of
//! others come in and ours go out by the Arrow PyCapsule interface (`arrow`).
//!
//! | file | takes | gives |
//! | --- | --- | --- |
//! | `arrow` | an object with `__arrow_c_stream__` or `__arrow_c_array__`, or columns | arrays; and back |
//! | `column` | a list of Python | a column; and back |
//! | `desk` | a request of a bulletin, dossier, evaluation, spot check, proof or of changes | a document; rows and their workbook |
//! | `fault` | an error of the library | an exception of Python |
//! | `figure` | a request of a map, chart, atlas or page | a figure; bytes |
//! | `given` | an object in the place of a file | a table, areas, weights |
//! | `handle` | a value of the library | a capsule; and back |
//! | `index` | areas, coordinates | an index; the area of each point |
//! | `operation` | the name of an operation, what was given | an outcome |
//! | `project` | a project file | a run, a check, sample data |
//! | `table` | a file | tables and areas; their cells, and files again |
//! | `worker` | work | the same done on another thread, while Python goes on and can be interrupted |

mod arrow;
mod column;
mod desk;
mod fault;
mod figure;
mod given;
mod handle;
mod index;
mod module;
mod operation;
mod project;
mod table;
mod worker;
