"""What a simulated city says (模拟城市的话语): requests as residents write and speak them to a 12345 line, and what
offices answer, from grammars of our own. No corpus is copied and nobody real is named; see `grammar` for the tables."""

from minsheng.sim.words.matter import Matter, Said
from minsheng.sim.words.spots import Spot, spots_of
from minsheng.sim.words.voice import Words

__all__ = ["Matter", "Said", "Spot", "Words", "spots_of"]
