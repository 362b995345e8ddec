"""Every page, with what it is shown with in tests."""

from tests.node.web import (
    samples,
    samples_of_communities,
    samples_of_first_days,
    samples_of_keeping,
    samples_of_life,
)

PAGES = {
    **samples.PAGES,
    **samples_of_first_days.PAGES,
    **samples_of_keeping.PAGES,
    **samples_of_life.PAGES,
    **samples_of_communities.PAGES,
}
