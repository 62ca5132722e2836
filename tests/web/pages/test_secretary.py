"""The secretary's page in a real browser, over a real recording: text, sound, and two people at once."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from roomctl.app import Application
from roomctl.domain.access import Role
from tests.web.pages.composing import commit, compose
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.held import SAID, Held, held, mark, nth, sentences, speech
from tests.web.pages.words_page import WORD, opened, row, signing_on, text

pytestmark = pytest.mark.needs("chromium")

COUNT = 30


@pytest.fixture(scope="module")
def prepare() -> Callable[[Path], None]:
    """A meeting that is over, with its sound and its transcript; and one with a long day's words."""

    def prepared(data: Path) -> None:
        application = Application(data)
        for name, role in (("孙丽", Role.SECRETARY), ("王敏", Role.SECRETARY), ("马兰", Role.APPROVER)):
            application.accounts.add(name, PASSWORD, [role])
        sound = speech(data / "phone.wav", COUNT)
        first = held(application, sound)
        first.put(COUNT)
        mark(application, first.recording, 20, "资金口径")
        held(application, speech(data / "short.wav", 2)).put(2_500)
        held(application, sound).put(COUNT, holes=(2, 3))
        application.close()

    return prepared


@pytest.fixture
def words(site) -> Iterator[Held]:
    """The meeting as other processes see it, its transcript as new."""
    application = Application(site.data)
    made = nth(application, 0)
    newest = made.use.transcript_heads(made.meeting)[-1].version.version
    made.put(0, version=newest + 1)  # between them an empty one: no correction of the test before is carried over
    made.put(COUNT, version=newest + 2)
    yield made
    application.close()


@pytest.fixture
def holed(site) -> Iterator[Held]:
    """A meeting of its own: what people make of holes lives on in later versions."""
    application = Application(site.data)
    yield nth(application, 2)
    application.close()


@pytest.fixture(scope="module")
def signed_on(browser, site) -> Iterator[Page]:
    """One page for all tests: to sign on costs more than most of them."""
    with signing_on(browser, site, "孙丽") as page:
        yield page


@pytest.fixture
def page(signed_on, site, words, pictured) -> Iterator[Page]:
    """孙丽's page of the meeting, read to the end."""
    opened(signed_on, site, words)
    yield signed_on
    pictured(signed_on, "page")


def test_what_is_unsure_what_differs_from_the_papers_and_what_has_no_text_is_seen(page, site):
    page.click('[data-tab="papers"]')
    third = row(page, 3)
    expect(third.locator(".rc-who")).to_contain_text("王海燕市教育局局长")
    expect(third.locator(".rc-fig")).to_have_text("8600个")
    expect(third).to_contain_text("口述 8600个，材料 6800个")
    expect(page.locator(".rc-followed")).to_contain_text("今年计划新增公办学位6800个")
    fourth = row(page, 4)
    expect(fourth.locator(".rc-low")).to_have_text("用地手续")
    expect(fourth.locator(".rc-hole")).to_contain_text("漏转 00:00:17（0.8 秒）")
    expect(page.locator(".rc-pt")).to_have_count(4)
    expect(page.locator(".rc-pt").nth(2)).to_contain_text("牵头单位市财政局配合单位市发改委完成时限12月20日")
    assert not site.outside()


def test_a_sentence_is_written_where_it_stands_and_taken_back(page, words):
    row(page, 10)
    page.keyboard.press("Enter")
    page.keyboard.type("谢谢大家。")
    page.keyboard.press("Escape")
    expect(row(page, 10).locator("p")).to_have_text("散会。谢谢大家。")
    expect(row(page, 10)).to_contain_text("孙丽 改过")
    assert text(words, 10) == "散会。谢谢大家。"
    page.keyboard.press("Control+z")
    expect(row(page, 10).locator("p")).to_have_text("散会。")
    page.keyboard.press("Control+y")
    expect(row(page, 10).locator("p")).to_have_text("散会。谢谢大家。")
    assert text(words, 10) == "散会。谢谢大家。"


def test_a_sentence_is_made_two_at_the_cursor_and_one_again_by_keys_alone(page, words):
    row(page, 7)
    page.keyboard.press("Enter")
    for _ in range(len(SAID[6][1]) - SAID[6][1].index("原则")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("() => rcWords.lines.length === 31 && rcWords.current === 7")
    expect(row(page, 8).locator("p")).to_have_text("原则同意市教育局提出的实施方案。")
    assert text(words, 7) == "好，大家的意见我都同意，"
    begins = page.evaluate("rcWords.lines[7].start")
    assert page.evaluate("rcWords.lines[6].start") < begins < page.evaluate("rcWords.lines[8].start")
    expect(page.locator(".rc-pt.rc-on")).to_contain_text(
        "原则同意市教育局提出的实施方案。"
    )  # the decision went along
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    page.keyboard.press("Backspace")
    page.wait_for_function("() => rcWords.lines.length === 30")
    assert text(words, 7) == SAID[6][1]
    page.keyboard.press("Control+z")
    page.wait_for_function("() => rcWords.lines.length === 31")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => rcWords.lines.length === 30")
    page.keyboard.press("Control+y")
    page.wait_for_function("() => rcWords.lines.length === 31")
    assert text(words, 8) == "原则同意市教育局提出的实施方案。"


def test_what_another_one_cuts_comes_by_itself_while_one_writes(page, words):
    row(page, 20)
    page.keyboard.press("Enter")
    page.keyboard.type("谢谢")
    head = words.use.transcript_heads(words.meeting)[-1].version
    first, second = words.use.sentences(head.id, 6, 2)
    cut, rest = words.use.split_sentence(words.meeting, first.id, 5)
    page.wait_for_function("() => rcWords.lines.length === 31")
    words.use.merge_sentences(words.meeting, rest.id, second.id)
    page.wait_for_function("() => rcWords.lines.length === 30")
    page.keyboard.type("各位。")
    page.keyboard.press("Escape")
    expect(row(page, 7).locator("p")).to_have_text(cut.text)
    expect(row(page, 20).locator("p")).to_have_text("散会。谢谢各位。")


def test_a_point_is_written_and_the_record_beside_the_text_says_so(page, words):
    sheet = page.locator(".rc-sheet")
    expect(sheet).to_contain_text("由市财政局牵头，市发改委配合")
    row(page, 8)
    page.wait_for_function("() => CSS.highlights.get('rc-page')?.size > 0")
    page.locator(".rc-pt.rc-on [data-point]").click()
    form = page.locator(".rc-ptform")
    form.get_by_label("责任人").fill("陈志强")
    form.get_by_label("完成时限").fill("2026年12月25日")
    form.get_by_text("存下").click()
    expect(page.locator(".rc-pt.rc-on")).to_contain_text("责任人陈志强")
    expect(sheet).to_contain_text("责任人：陈志强")
    expect(sheet).to_contain_text("时限：2026年12月25日")
    head = words.use.transcript_heads(words.meeting)[-1].version
    mine = next(one for one in head.noted if one.person)
    words.use.correct_sentence(words.meeting, mine.segment, "由市财政局牵头，12月30日前完成资金拨付。")
    flag = page.locator(".rc-pt.rc-on .rc-clash")
    expect(flag).to_contain_text("原话已改写要点时：由市财政局牵头，市发改委配合，12月20日前")
    expect(flag).to_contain_text("现在是：由市财政局牵头，12月30日前")
    words.use.take_back_correction(words.meeting, mine.segment)
    expect(flag).to_have_count(0)
    page.locator(".rc-pt.rc-on [data-point]").click()
    head = words.use.transcript_heads(words.meeting)[-1].version
    point = next(one for one in head.noted if one.person)
    words.use.strike_point(words.meeting, point.name)
    expect(page.locator(".rc-ptform")).to_be_visible()  # what is being written is not taken away
    page.locator(".rc-ptform").get_by_text("放弃").click()
    row(page, 5)
    page.locator('[data-do="point"]').click()
    page.locator(".rc-ptform textarea").fill("专项资金12月20日前拨付到位")
    page.locator(".rc-ptform").get_by_text("存下").click()
    expect(sheet).to_contain_text("专项资金12月20日前拨付到位。")
    expect(sheet).not_to_contain_text("责任人：陈志强")
    sheet.locator("[data-segment] .rc-hear").first.click()
    page.wait_for_function("() => rcWords.playing() && rcWords.current === 0")
    page.keyboard.press(" ")


def test_the_record_is_sent_for_review(page, words):
    page.locator("[data-send=minutes]").click()
    expect(page.locator(".rc-toast")).to_contain_text("已送审")
    assert [one.kind for one in words.use.documents(words.meeting)].count("会议记录") >= 1


def test_two_who_write_in_one_sentence_see_both_texts_and_lose_none(page, words):
    row(page, 10)
    page.keyboard.press("Enter")
    page.keyboard.type("会议到此。")
    head = words.use.transcript_heads(words.meeting)[-1].version
    words.use.correct_sentence(words.meeting, words.use.sentences(head.id, 9, 1)[0].id, "散会。谢谢大家。")
    clash = page.locator(".rc-clash")
    expect(clash).to_contain_text("现在是散会。谢谢大家。你写的散会。会议到此。")
    clash.get_by_text("合在一起改").click()
    page.keyboard.type("谢谢大家。")
    page.keyboard.press("Escape")
    expect(page.locator(".rc-clash")).to_have_count(0)
    expect(row(page, 10).locator("p")).to_have_text("散会。会议到此。谢谢大家。")
    assert text(words, 10) == "散会。会议到此。谢谢大家。"


def test_what_is_being_written_outlives_a_longer_text_and_a_new_version(page, words):
    number = page.evaluate("rcWords.version")
    row(page, 20)
    page.keyboard.press("Enter")
    page.keyboard.type("谢谢")
    head = words.use.transcript_heads(words.meeting)[-1].version
    words.use.put_transcript(replace(head, segments=sentences(COUNT + 4, words.recording)))
    page.wait_for_function("rcWords.lines.length === 34")
    page.keyboard.type("各位。")
    assert page.locator(".rc-writing p").inner_text() == "散会。谢谢各位。"
    words.put(COUNT, version=number + 1)
    page.wait_for_function("n => rcWords.version === n && rcWords.lines.length === 30", arg=number + 1)
    expect(row(page, 20).locator("p")).to_have_text("散会。谢谢各位。")
    assert text(words, 20) == "散会。谢谢各位。"


def test_what_an_input_method_holds_is_not_taken_for_text(page, words):
    number = page.evaluate("rcWords.version")
    row(page, 20)
    page.keyboard.press("Enter")
    compose(page, "xiexie")
    page.evaluate("""() => { const was = rcWords.told; window.told = 0;
        rcWords.told = (one) => { was(one); told = one.opened?.version || told; }; }""")
    words.put(COUNT, version=number + 1)
    page.wait_for_function("n => told === n", arg=number + 1)
    expect(page.locator(".rc-writing p")).to_have_text("散会。xiexie")
    commit(page, "谢谢")
    page.wait_for_function("n => rcWords.version === n && rcWords.lines.length === 30", arg=number + 1)
    expect(row(page, 20).locator("p")).to_have_text("散会。谢谢")
    assert text(words, 20) == "散会。谢谢"


def test_a_reading_that_fails_takes_nobody_out_of_a_sentence(page, words):
    row(page, 10)
    page.keyboard.press("Enter")
    page.keyboard.type("谢谢")
    page.route("**/notes", lambda route: route.abort())
    page.evaluate("rcWords.read()")
    expect(page.locator(".rc-toast")).to_contain_text("主机没有应答")
    page.keyboard.type("大家。")
    page.unroute("**/notes")
    page.keyboard.press("Escape")
    expect(row(page, 10).locator("p")).to_have_text("散会。谢谢大家。")
    assert text(words, 10) == "散会。谢谢大家。"


def test_what_was_written_in_a_sentence_that_is_gone_is_kept_and_shown(page, words):
    row(page, 30)
    page.keyboard.press("Enter")
    page.keyboard.type("谢谢各位。")
    words.put(10, version=page.evaluate("rcWords.version") + 1)
    expect(page.locator(".rc-orphan")).to_contain_text("没存上的一句散会。谢谢各位。")
    page.reload()
    expect(page.locator(".rc-orphan")).to_contain_text("散会。谢谢各位。")
    page.locator(".rc-orphan").get_by_text("放弃").click()
    expect(page.locator(".rc-orphan")).to_have_count(0)


def test_what_another_one_changes_comes_by_itself(page, words):
    head = words.use.transcript_heads(words.meeting)[-1].version
    words.use.correct_sentence(words.meeting, words.use.sentences(head.id, 4, 1)[0].id, "第一批3000万元已经到位。")
    expect(row(page, 5).locator("p")).to_have_text("第一批3000万元已经到位。")


def test_what_the_roster_put_in_is_accepted_or_reverted_by_a_key(page):
    expect(row(page, 8).locator(".rc-chg")).to_contain_text("听到“市发该委”，名单里同音")
    page.keyboard.press("x")
    expect(row(page, 8).locator("p")).to_contain_text("市发该委")
    expect(row(page, 2).locator(".rc-say")).to_have_text("王海燕")
    page.keyboard.press("y")
    expect(row(page, 2).locator("time svg")).to_have_attribute("aria-label", "已核对")
    expect(page.locator("[data-version]")).to_contain_text("已校 2 / 30")


def test_a_wrong_name_is_taken_back_everywhere_and_put_in_again(page):
    page.click('[data-tab="names"]')
    name = page.locator(".rc-it", has_text="王海燕")
    expect(name).to_contain_text("3 句")
    name.get_by_text("全部还原").click()
    expect(row(page, 12).locator("p")).to_contain_text("王海雁")
    page.locator(".rc-it", has_text="王海燕").get_by_text("恢复").click()
    expect(row(page, 12).locator("p")).to_contain_text("王海燕")


def test_a_person_writes_down_what_a_hole_holds_or_says_that_nobody_speaks(signed_on, site, holed):
    page = signed_on
    opened(page, site, holed)
    page.locator('[data-tab="holes"]').click()
    found = page.locator(".rc-hl")
    expect(found).to_have_count(2)
    found.nth(0).get_by_text("无人讲话").click()
    found.nth(0).get_by_text("存下").click()  # not without saying what there is
    expect(found.nth(0).get_by_label("那里是什么")).to_be_focused()
    with page.expect_response(lambda answer: answer.url.endswith("/transcript/reworks")):
        page.evaluate("rcWords.emit('again')")  # all is read anew, and nobody loses the keyboard by it
    page.evaluate("new Promise(requestAnimationFrame)")
    page.keyboard.type("掌声")
    page.keyboard.press("Control+Enter")
    expect(found).to_have_count(1)
    found.get_by_text("写下").click()
    expect(found.get_by_label("谁讲的")).to_have_value("王海燕")
    found.get_by_label("听到的话").fill("用地手续由市自然资源局办。")
    found.get_by_text("存下").click()
    expect(found).to_have_count(0)
    expect(row(page, 4).locator("p")).to_have_text("用地手续由市自然资源局办。")
    assert not holed.use.holes(holed.meeting)


def test_who_speaks_is_said_of_a_whole_turn_and_taken_back(page):
    row(page, 8)
    page.keyboard.press("n")
    box = page.locator("dialog.rc-whom")
    box.locator("button", has_text="陈志强").click()
    box.get_by_text("这一段话").click()
    box.get_by_text("存下").click()
    expect(row(page, 7).locator(".rc-who")).to_contain_text("陈志强市财政局局长")
    assert page.evaluate("rcWords.lines.slice(6, 12).map((one) => one.speaker)") == ["陈志强"] * 6
    page.keyboard.press("Control+z")
    expect(row(page, 7).locator(".rc-who")).to_contain_text("周立军")


def test_a_word_that_is_pressed_is_heard_and_the_text_follows_the_sound(page):
    row(page, 5)
    page.mouse.click(*page.evaluate(WORD, 14))
    page.wait_for_function("() => rcWords.playing() && rcWords.now() > 26 && rcWords.now() < 29")
    page.evaluate("rcWords.hear(35.3)")
    page.wait_for_function("() => rcWords.playing() && rcWords.current === 6")
    page.keyboard.press(" ")
    page.wait_for_function("() => !rcWords.playing()")
    row(page, 2)
    page.keyboard.press("s")
    page.wait_for_function("() => rcWords.playing()")
    page.wait_for_function("() => !rcWords.playing() && rcWords.now() > 10.9 && rcWords.now() < 12")


def test_words_are_found_and_replaced_everywhere_as_one_step(page, words):
    page.keyboard.press("Control+f")
    page.keyboard.type("市教育局")
    expect(page.locator(".rc-find")).to_contain_text("1 / 6")
    page.get_by_label("换成").fill("市教委")
    page.get_by_text("全换…").click()
    page.locator("dialog").get_by_text("换 6 句").click()
    expect(page.locator(".rc-toast")).to_contain_text("换了 6 句")
    expect(row(page, 2).locator("p")).to_contain_text("请市教委局长")
    assert "市教委" in text(words, 27)
    page.keyboard.press("Escape")
    page.locator(".rc-lines").click(position={"x": 400, "y": 5})
    page.keyboard.press("Control+z")
    expect(row(page, 2).locator("p")).to_contain_text("请市教育局局长")
    page.wait_for_function("() => rcWords.can().redo")
    assert "市教育局" in text(words, 27)


def test_another_version_appears_by_itself_and_stands_beside_the_old_one(page, words):
    number = page.evaluate("rcWords.version")
    head = words.use.transcript_heads(words.meeting)[-1].version
    words.use.correct_sentence(words.meeting, words.use.sentences(head.id, 9, 1)[0].id, "散会，谢谢。")
    words.put(COUNT + 1, version=number + 1)
    page.wait_for_function("n => rcWords.version === n && rcWords.lines.length === 31", arg=number + 1)
    words.put(COUNT + 5, version=number + 2)
    page.wait_for_function("n => rcWords.version === n && rcWords.lines.length === 35", arg=number + 2)
    page.click('[data-tab="versions"]')
    page.get_by_label("引擎").select_option("auto")
    page.evaluate("rcWords.drawSide()")
    expect(page.get_by_label("引擎")).to_have_value("auto")
    page.locator(".rc-it", has_text=f"第 {number} 稿").get_by_text("与最新稿并排").click()
    expect(page.locator("dialog .rc-pairs .rc-pair")).to_have_count(5)
    page.keyboard.press("Escape")
    page.locator(".rc-it", has_text=f"第 {number} 稿").get_by_text("看这一稿").click()
    expect(page.locator("[data-above]")).to_contain_text("旧的一稿，只能看")
    row(page, 1)
    page.keyboard.press("Enter")
    expect(page.locator("[contenteditable=plaintext-only]")).to_have_count(0)


def test_a_long_day_stands_in_few_rows_and_its_end_is_a_key_away(signed_on, site):
    application = Application(site.data)
    opened(signed_on, site, nth(application, 1))
    application.close()
    assert signed_on.evaluate("rcWords.lines.length") == 2_500
    signed_on.locator(".rc-lines").focus()
    signed_on.keyboard.press("End")
    expect(signed_on.locator(".rc-ln1.rc-on")).to_contain_text(SAID[-1][1])
    expect(signed_on.locator(".rc-ln1.rc-on")).to_be_in_viewport()
    for _ in range(20):
        signed_on.keyboard.press("ArrowUp")
    expect(signed_on.locator(".rc-ln1.rc-on")).to_be_in_viewport()
    assert signed_on.evaluate("rcWords.current") == 2_479
    assert signed_on.locator(".rc-ln1").count() < 60


def test_the_transcript_is_taken_away_as_a_file(page):
    page.click('[data-do="export"]')
    with page.expect_download() as taken:
        page.locator("dialog a", has_text="纯文本").click()
    assert taken.value.suggested_filename.startswith("城区学位建设和校舍维修专题会议-文字稿-v")
    assert "周立军：同志们，现在开会" in taken.value.path().read_text(encoding="utf-8")


def test_who_may_not_correct_reads_and_hears_and_is_told_why(browser, site, words):
    with signing_on(browser, site, "马兰", "small", "en-GB") as page:
        opened(page, site, words)
        expect(page.locator(".rc-bars")).to_contain_text("to read only; who may change it")
        row(page, 8)
        expect(page.locator(".rc-chg")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(page.locator("[contenteditable=plaintext-only]")).to_have_count(0)
        assert page.locator('[data-do="play"]').is_enabled()


def test_on_a_telephone_one_column_is_seen_at_a_time(browser, site, words):
    with signing_on(browser, site, "王敏", "telephone") as page:
        opened(page, site, words)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator(".rc-pts")).to_be_hidden()
        page.locator("button[data-pane=points]").click()
        expect(page.locator(".rc-pt").first).to_be_visible()
        page.locator(".rc-pt").nth(1).get_by_title("听这一句").click()
        assert page.evaluate("rcWords.current") == 6


def test_the_page_of_all_transcripts_leads_to_each(signed_on, site):
    signed_on.goto(f"{site.url}/words")
    links = signed_on.locator("a", has_text="打开")
    expect(links).to_have_count(3)
    assert re.search(r"/meetings/[^/]+/words$", links.first.get_attribute("href") or "")


def test_a_hand_without_keys_finds_all_of_it_on_the_sentence(page, words):
    row(page, 4)
    page.locator("[data-pill=write]").click()
    page.keyboard.type("请抓紧。")
    page.keyboard.press("Escape")
    expect(row(page, 4).locator("p")).to_contain_text("没有到位。请抓紧。")
    page.locator("[data-pill=history]").click()
    expect(page.locator(".rc-his")).to_contain_text("原文" + SAID[3][1])
    page.locator("[data-pill=right]").click()
    expect(row(page, 4).locator("time svg")).to_have_count(1)
    assert text(words, 4).endswith("请抓紧。")
    assert not row(page, 5).locator("[data-pill=history]").count()


def test_a_word_that_was_put_right_is_taken_into_the_glossary_only_by_a_press(page, words):
    head = words.use.transcript_heads(words.meeting)[-1].version
    wrong = words.use.sentences(head.id, 3, 1)[0]
    words.use.correct_sentence(words.meeting, wrong.id, wrong.text.replace("用地手续", "用地许可"))
    page.click('[data-tab="terms"]')
    term = page.locator(".rc-side .rc-it").first
    expect(term).to_contain_text("许可")
    assert not (words.use.data / "glossary.txt").exists()
    term.get_by_text("收入词表").click()
    expect(page.locator(".rc-toast")).to_contain_text("已收入词表")
    assert "许可" in (words.use.data / "glossary.txt").read_text(encoding="utf-8")


def test_a_version_without_a_word_says_so(page, words):
    words.put(0, version=page.evaluate("rcWords.version") + 1)
    expect(page.locator(".rc-lines")).to_contain_text("录音里没有听到讲话")


def test_a_paper_is_put_in_beside_the_text_and_left_out_again(page, tmp_path):
    paper = tmp_path / "主持词.txt"
    paper.write_text("今年计划新增公办学位6800个，由李晓明同志负责。\n", encoding="utf-8")
    page.click('[data-tab="papers"]')
    with page.expect_file_chooser() as chosen:
        page.get_by_text("放入材料").click()
    chosen.value.set_files(paper)
    found = page.locator(".rc-side .rc-it", has_text="主持词.txt")
    expect(found).to_contain_text("字，人名")
    found.get_by_text("移除").click()
    expect(found).to_have_count(0)


def test_what_the_operator_marked_stands_at_the_sentence_that_was_said_then(page):
    expect(row(page, 4).locator(".rc-flag")).to_have_text("⚑ 标记：资金口径")
    page.click('[data-tab="notes"]')
    expect(page.locator(".rc-side")).to_contain_text("资金口径")
