"""A model learns from any labelled table, knows how sure it is, says why, and survives being saved."""

import json

import numpy as np
import pytest

from minsheng.respond.learning import Message, ModelError, TextModel, messages
from minsheng.respond.learning.fitting import (
    Settings,
    calibrate,
    expected_calibration_error,
    fit_ridge,
    grouped_folds,
)
from minsheng.respond.learning.model import _thin, macro_f1


@pytest.fixture
def fitted(invented) -> TextModel:
    rows, labels = invented(240)
    return TextModel.fit(messages(rows), labels, groups=np.arange(240))


def test_unseen_messages_are_filed_as_the_clerks_did(fitted, invented) -> None:
    rows, labels = invented(120, seed=9)
    assert np.mean([g.label == label for g, label in zip(fitted.classify(messages(rows)), labels, strict=True)]) > 0.95


def test_a_message_without_title_and_a_title_alone_are_ordinary(fitted) -> None:
    given = [Message("", "公交车不准点，等了一小时"), Message("公交车不准点", ""), Message("公交车不准点", "等了很久")]
    assert {guess.label for guess in fitted.classify(given)} == {"交通运输"}


def test_the_reasons_are_words_of_the_message_that_tell_the_matter(fitted) -> None:
    guess = fitted.classify([Message("", "我住在河东小区，公司拖欠工资三个月")], reasons=3)[0]
    told = [reason.word for reason in guess.reasons]
    assert guess.label == "劳动和社会保障"
    assert any("拖欠" in word or "工资" in word for word in told)
    assert all(word in "我住在河东小区，公司拖欠工资三个月" for word in told)
    assert all(0 < reason.share <= 1 for reason in guess.reasons)


def test_an_empty_message_is_guessed_and_left_to_a_person(fitted) -> None:
    guess = fitted.classify([Message()], reasons=3, threshold=0.0)[0]
    assert guess.label in fitted.labels
    assert guess.abstain
    assert guess.reasons == ()


def test_below_the_threshold_the_model_abstains_but_still_guesses(fitted) -> None:
    vague = Message("", "你好，有个事情想说一下")
    assert fitted.classify([vague], threshold=1.01)[0].abstain
    assert not fitted.classify([vague], threshold=0.0)[0].abstain
    assert fitted.with_threshold(1.01).classify([vague])[0].label in fitted.labels


def test_a_clear_message_is_surer_than_a_vague_one(fitted) -> None:
    clear, vague = fitted.classify([Message("", "出租车拒载乘客"), Message("", "大家好，谢谢")])
    assert clear.confidence > vague.confidence
    assert 0 <= vague.confidence <= clear.confidence <= 1


def test_the_ranking_is_a_distribution_led_by_the_guess(fitted) -> None:
    guess = fitted.classify([Message("", "学校食堂饭菜差")], ranking=4)[0]
    assert guess.ranking[0][0] == guess.label
    assert sum(chance for _, chance in guess.ranking) == pytest.approx(1)


def test_saved_and_loaded_it_answers_the_same(fitted, invented, tmp_path) -> None:
    given = messages(invented(40, seed=5)[0])
    fitted.save(tmp_path / "MODEL")
    assert TextModel.load(tmp_path / "MODEL").classify(given, reasons=2) == fitted.classify(given, reasons=2)


def test_the_same_table_gives_the_same_model(invented) -> None:
    rows, labels = invented(100)
    first, second = (TextModel.fit(messages(rows), labels) for _ in range(2))
    assert np.array_equal(first.linear.weights, second.linear.weights)
    assert first.report == second.report


def test_labels_with_one_or_two_examples_are_learnt_and_stay_guessable(invented) -> None:
    rows, labels = invented(80)
    rows += [("", "老槐树被虫蛀快倒了"), ("", "清真寺门口道路"), ("", "清真寺周边卫生")]
    labels += ["园林绿化", "民族宗教", "民族宗教"]
    model = TextModel.fit(messages(rows), labels)
    assert model.report.smallest_label == 1
    assert model.classify([Message("", "老槐树被虫蛀快倒了")])[0].label == "园林绿化"


def test_many_labels_take_the_ridge_way_and_still_file_right() -> None:
    things = [
        "路灯",
        "井盖",
        "公厕",
        "学区",
        "医保",
        "社保",
        "公交",
        "地铁",
        "噪声",
        "油烟",
        "停水",
        "停电",
        "暖气",
        "燃气",
        "物业",
        "电梯",
        "违建",
        "绿化",
        "快递",
        "低保",
        "户籍",
        "护照",
        "高考",
        "养老",
        "招聘",
    ]
    frames = ("{}的问题怎么没人管", "想咨询{}方面的政策", "反映一下{}有关情况", "请尽快处理{}")
    rows = [("", frame.format(thing)) for thing in things for frame in frames]
    labels = [thing for thing in things for _ in frames]
    model = TextModel.fit(messages(rows), labels, groups=np.arange(len(rows)))
    asked = [Message("", f"我要说的是{thing}这件事") for thing in things]
    assert [guess.label for guess in model.classify(asked)] == things
    assert model.report.right > 0.8 * len(rows)


def test_ridge_held_out_scores_equal_fitting_without_the_fold() -> None:
    import scipy.sparse as sp

    generator = np.random.default_rng(0)
    rows = sp.csr_matrix(generator.random((30, 12)).astype(np.float32))
    labels = generator.integers(0, 3, 30)
    folds = grouped_folds(labels, np.arange(30), 3, seed=1)
    _, held_out = fit_ridge(rows, labels, 3, folds, Settings())
    learn = folds != 0
    refitted, _ = fit_ridge(rows[learn], labels[learn], 3, folds[learn], Settings())
    assert np.allclose(held_out[~learn], refitted.scores(rows[~learn]), atol=1e-3)


def test_wrong_labels_in_the_table_do_not_carry_over(invented) -> None:
    rows, labels = invented(400)
    noisy = [("环境保护" if i % 12 == 0 else label) for i, label in enumerate(labels)]
    model = TextModel.fit(messages(rows), noisy, groups=np.arange(400))
    asked, truth = invented(120, seed=8)
    assert np.mean([g.label == label for g, label in zip(model.classify(messages(asked)), truth, strict=True)]) > 0.95


def test_confidence_means_how_often_the_guess_holds() -> None:
    generator = np.random.default_rng(2)
    labels = generator.integers(0, 3, 4000)
    scores = generator.normal(size=(4000, 3))
    scores[np.arange(4000), labels] += 1.5
    calibration = calibrate(scores[:2000] * 7, labels[:2000])
    chances = calibration.probabilities(scores[2000:] * 7)
    right = chances.argmax(axis=1) == labels[2000:]
    assert expected_calibration_error(calibration.confidence(chances), right) < 0.03
    assert np.allclose(chances.sum(axis=1), 1)


def test_large_tables_are_thinned_from_the_frequent_labels() -> None:
    labels = np.array([0] * 900 + [1] * 90 + [2] * 3)
    kept = labels[_thin(labels, 200, seed=1)]
    assert len(kept) <= 200
    assert np.bincount(kept).tolist()[1:] == [90, 3]


def test_macro_f1_is_the_mean_over_labels() -> None:
    assert macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), 2) == pytest.approx(2 / 3)


def test_one_label_alone_cannot_be_learnt() -> None:
    with pytest.raises(ModelError, match="two different labels"):
        TextModel.fit([Message("", "停水"), Message("", "停电")], ["水电", "水电"])


def test_a_folder_without_a_model_says_what_to_do(tmp_path) -> None:
    with pytest.raises(ModelError, match="minsheng learn"):
        TextModel.load(tmp_path)


def test_files_of_two_models_are_not_mixed(fitted, tmp_path) -> None:
    fitted.save(tmp_path)
    features = json.loads((tmp_path / "features.json").read_text(encoding="utf-8"))
    features["words"] = features["words"][:-1]
    (tmp_path / "features.json").write_text(json.dumps(features), encoding="utf-8")
    with pytest.raises(ModelError, match="do not belong together"):
        TextModel.load(tmp_path)


def test_a_damaged_or_strange_file_is_refused_and_never_run(fitted, tmp_path) -> None:
    fitted.save(tmp_path)
    np.savez(tmp_path / "arrays.npz", weights=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="train it again"):
        TextModel.load(tmp_path)
