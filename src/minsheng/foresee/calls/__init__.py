"""Calls of the line and who answers them (话务预测与排班): half-hours ahead with intervals, agents for the level."""
