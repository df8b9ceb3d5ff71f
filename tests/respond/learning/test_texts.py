"""What a text is reduced to before anything is learnt from it."""

import numpy as np

from minsheng.respond.learning import Message, messages
from minsheng.respond.learning.features import learn_vocabulary, rows_of_counts
from minsheng.respond.learning.texts import character_grams, normalise, plain, segment, words


def test_full_width_letters_digits_and_spaces_are_one_spelling() -> None:
    assert normalise("ＡＢＣ　１２３，  好") == normalise("abc 456, 好")


def test_masked_places_and_numbers_leave_only_that_there_was_one() -> None:
    assert normalise("K8县2019年5月1日") == normalise("A市2020年12月31日").replace("市", "县")


def test_an_ordinary_latin_word_is_not_taken_for_a_masked_place() -> None:
    assert "app" in normalise("手机APP无法登录")


def test_links_are_dropped_and_the_words_around_them_stay() -> None:
    assert normalise("见https://a.cn/b?c=1 附件") == "见 附件"


def test_character_runs_never_cross_punctuation() -> None:
    grams = character_grams("停水，三天", longest=3)
    assert "停水" in grams
    assert "水三" not in grams


def test_words_come_with_their_neighbours() -> None:
    assert segment("井盖缺失，很危险") == ["井盖", "缺失", "很", "危险"]
    assert words("井盖缺失")["井盖 缺失"] == 1


def test_plain_keeps_only_what_is_written() -> None:
    assert plain("《通知》:  停 水!") == "通知停水"


def test_rows_with_one_two_or_three_columns_become_messages() -> None:
    assert messages([("只有正文",)]) == [Message("", "只有正文")]
    assert messages([("标题", "正文")]) == [Message("标题", "正文")]
    assert messages([("标题", "正文", "地点")]) == [Message("标题", "正文\n地点")]


def test_a_title_without_a_message_is_read_as_the_message() -> None:
    assert messages([("只有标题", None)]) == [Message("", "只有标题")]
    assert messages([("", "")]) == [Message("", "")]


def test_rows_have_unit_length_and_empty_messages_are_zero() -> None:
    given = [Message("", "停水三天"), Message("", ""), Message("路灯", "路灯坏了"), Message("", "")]
    vectoriser, _ = learn_vocabulary(given, 2.0, 1000)
    lengths = np.sqrt(vectoriser.rows(given).multiply(vectoriser.rows(given)).sum(axis=1)).A1
    assert np.allclose(lengths, [1, 0, 1, 0], atol=1e-5)


def test_learning_rows_and_asking_rows_are_the_same_numbers() -> None:
    given = [Message("停水", "家里停水三天"), Message("", "路灯坏了"), Message("", "家里停电")]
    vectoriser, counts = learn_vocabulary(given, 2.0, 1000)
    assert np.allclose(rows_of_counts(counts).todense(), vectoriser.rows(given).todense(), atol=1e-6)


def test_words_of_held_out_texts_weigh_nothing() -> None:
    given = [Message("", "家里停水"), Message("", "家里停电"), Message("", "路灯坏了")]
    _, counts = learn_vocabulary(given, 2.0, 1000)
    assert (
        rows_of_counts(counts, np.array([0, 1]))[2].nnz == 0
        or not rows_of_counts(counts, np.array([0, 1]))[2].data.any()
    )
