"""Where requests gather (聚集): clusters in space and time, and the few places that make most of the requests."""

from minsheng.foresee.clusters.clusters import (
    Cluster,
    Settings,
    clusters_of_tables,
    dated,
    prospective_clusters,
    retrospective_clusters,
    study_begin,
    write_clusters,
)
from minsheng.foresee.clusters.concentration import Concentration, HeavyPlace, concentration, write_concentration
from minsheng.foresee.clusters.standard import between_censuses, standardised_expectation
from minsheng.foresee.clusters.tables import Cases, Places, Unusable, read_cases, read_places

__all__ = [
    "Cases",
    "Cluster",
    "Concentration",
    "HeavyPlace",
    "Places",
    "Settings",
    "Unusable",
    "between_censuses",
    "clusters_of_tables",
    "concentration",
    "dated",
    "prospective_clusters",
    "read_cases",
    "read_places",
    "retrospective_clusters",
    "standardised_expectation",
    "study_begin",
    "write_clusters",
    "write_concentration",
]
