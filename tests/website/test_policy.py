"""Die Sicherheitsrichtlinie steht auf jeder Seite, und der Browser hat nichts an ihr zu melden."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from site_builds import PAGES

from website.finishing._inline_styles import extract

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
RECORD = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""


def test_every_page_carries_the_policy_before_anything_it_governs(pages: list[Path]):
    assert {"index.html", "search.html", "404.html"} <= {path.name for path in pages}
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert html.count("http-equiv=") == 1, path.name
        head = html.partition(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">')
        assert head[2], path.name
        assert not re.search(r"<(script|link|style)\b", head[0]), path.name


def test_pages_contain_no_inline_styles_and_no_event_handlers(pages: list[Path]):
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert re.findall(r"<[^<>]*\sstyle=[^<>]*>", html) == [], path.name
        assert re.findall(r'<[^<>]*\son[a-z]+="', html) == [], path.name
        assert "<style" not in html, path.name


@pytest.mark.parametrize("name", PAGES)
def test_the_browser_reports_no_violation(browser: Browser, url: str, name: str):
    page = browser.new_page()
    page.add_init_script(RECORD)
    page.goto(f"{url}/{name}.html")
    if page.locator(".toggle-tools").count():
        page.wait_for_selector("html.toggles-ready", state="attached")
        page.get_by_role("button", name="Alle aufklappen").click()
    for button in page.locator(".theme-toggle:visible, .copybtn:visible").all()[:3]:
        button.click()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate("violations") == []
    page.close()


def test_search_works_under_the_policy(browser: Browser, url: str):
    page = browser.new_page()
    page.add_init_script(RECORD)
    page.goto(f"{url}/search.html?q=Faltung")
    expect(page.locator("#search-results ul.search li p").first).to_be_visible()
    assert page.evaluate("violations") == []
    page.close()


def test_the_policy_blocks_inline_code(browser: Browser, url: str):
    page = browser.new_page()
    page.goto(f"{url}/index.html")
    page.evaluate(RECORD)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.ran = true'}))"
    )
    page.wait_for_function("violations.length > 0")
    assert page.evaluate("window.ran") is None
    page.close()


def test_inline_styles_become_classes_with_the_same_declarations():
    page = (
        '<p style="width: 40%">a</p><img alt="1 > 0" class="x" style="height:2.5em; top:-1em;">'
        '<span title=\'&lt;b style=&quot;c&quot;>\' style="">b</span><mstyle displaystyle="true">'
    )
    result, rules = extract(page)
    names = re.findall(r"st-[0-9a-f]{8}", result)
    assert [rules[name] for name in names] == [
        "width:40%!important", "height:2.5em!important;top:-1em!important",
    ]  # fmt: skip
    assert result == (
        f'<p class="{names[0]}">a</p><img alt="1 > 0" class="{names[1]} x">'
        "<span title='&lt;b style=&quot;c&quot;>'>b</span><mstyle displaystyle=\"true\">"
    )
    assert extract(result) == (result, {})
    with pytest.raises(ValueError, match="keine Folge von Angaben"):
        extract('<p style="} body { color: red">')
