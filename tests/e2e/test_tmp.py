from __future__ import annotations
import pytest
@pytest.mark.parametrize("etat,width",[("vide",320),("rempli",1280),("a-corriger",1280),("a-corriger",320)])
def test_shot(visit, etat, width):
    page = visit(f"/_composants/colonnes?etat={etat}", width=width)
    h = page.evaluate("document.documentElement.scrollHeight")
    step = 2200 if width>1000 else 2400
    for i in range(0, h, step):
        page.screenshot(path=f"/tmp/s-{etat}-{width}-{i//step}.png", full_page=True, clip={"x":0,"y":i,"width":width,"height":min(step,h-i)})
