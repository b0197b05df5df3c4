"""`nguon verify` says what is wrong with what it was given, in one line."""

from click.testing import CliRunner

from attest.client.commands import verify


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    for place in (tmp_path / "nope.json", tmp_path):
        said = CliRunner().invoke(verify, [str(place)])
        assert said.exit_code == 1
        assert said.output.startswith(f"Error: {place}: ")
