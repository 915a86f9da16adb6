from crowdmon.scene import Plaza


def test_the_same_moment_gives_the_same_bytes_in_any_order() -> None:
    plaza = Plaza(people=12, width=320, height=180)
    first = plaza.render(7.5).rgb.tobytes()
    plaza.render(3.0)
    assert Plaza(people=12, width=320, height=180).render(7.5).rgb.tobytes() == first
