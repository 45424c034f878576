"""The ground truth: operators, shapes and dtypes of which none stands in the ladder (src/recipe/table).

The list was written down before envguard's bands, borders or order of substitution were tuned, and it does not follow them: a
case that the ladder turns out to be blind to stays, and the injection that shows it says why.
"""

import cases_algebra
import cases_pointwise


def all_cases():
    cases = [*cases_algebra.cases(), *cases_pointwise.cases()]
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), "two cases have one name"
    return cases
