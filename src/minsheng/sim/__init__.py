"""A city that never was (模拟城市), whose truth is known: residents, the causes behind their requests, agencies good
and bad, driven through the house's own rules. What is true is kept apart from what the house comes to know."""
