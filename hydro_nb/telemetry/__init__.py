"""Events of a deployment turned into state: values in, values out, no thread and no socket."""
