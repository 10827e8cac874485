import shutil
import subprocess
import sys

import pytest

from mnist_compare.host.checkout import find_checkout
from mnist_compare.host.source import source_sha256


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path, monkeypatch, request):
    """An importable package of a name of its own, in a new repository that has it committed."""
    name = f"own_{abs(hash(request.node.name))}"
    folder = tmp_path / "repository" / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "part.py").write_text("x = 1\n")
    git(folder.parent, "init", "--quiet")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "--quiet", "--message", "First")
    monkeypatch.syspath_prepend(str(folder.parent))
    find_checkout.cache_clear()
    yield folder
    find_checkout.cache_clear()


def test_a_clean_checkout_gives_its_commit(package):
    """A package that is as it was committed gives the commit, and is not dirty; it is not imported for that."""
    found = find_checkout((package.name,))
    assert found.revision == git(package, "rev-parse", "HEAD")
    assert not found.dirty
    assert package.name not in sys.modules


@pytest.mark.parametrize("file", ["part.py", "new.py"])
def test_a_changed_or_new_file_makes_it_dirty(package, file):
    """A file of the package that was changed or added since the commit makes the checkout dirty."""
    (package / file).write_text("x = 2\n")
    assert find_checkout((package.name,)).dirty


def test_other_files_do_not_make_it_dirty(package):
    """What changes beside the package, such as reports, is no change of its code."""
    (package.parent / "report.md").write_text("new\n")
    assert not find_checkout((package.name,)).dirty


def test_a_package_within_a_foreign_repository_has_no_commit(package):
    """What is installed below somebody else's repository, and not tracked there, is no checkout."""
    git(package.parent, "rm", "-r", "--quiet", "--cached", package.name)
    git(package.parent, "commit", "--quiet", "--allow-empty", "--message", "Second")
    assert find_checkout((package.name,)) is None


def test_a_folder_without_repository_has_no_commit(package):
    """An installed package has no commit, and that is no error."""
    (package.parent / ".git").rename(package.parent / "gone")
    assert find_checkout((package.name,)) is None


def test_a_repository_without_commits_has_no_commit(package):
    """A package that is to be committed for the first time has no commit, and that is no error."""
    shutil.rmtree(package.parent / ".git")
    git(package.parent, "init", "--quiet")
    git(package.parent, "add", ".")
    assert find_checkout((package.name,)) is None


def test_a_second_working_tree_gives_its_own_commit(package, tmp_path, monkeypatch):
    """In a working tree that `git worktree add` has made, whose `.git` is a file, the commit is that of this tree."""
    first = git(package, "rev-parse", "HEAD")
    git(package.parent, "commit", "--quiet", "--allow-empty", "--message", "Second")
    git(package.parent, "worktree", "add", "--quiet", "--detach", str(tmp_path / "second"), first)
    monkeypatch.syspath_prepend(str(tmp_path / "second"))
    assert find_checkout((package.name,)).revision == first


def test_without_git_there_is_no_commit(package, monkeypatch, tmp_path):
    """Where git is not installed, a run goes on without its commit."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_checkout((package.name,)) is None


def test_a_hook_does_not_mislead_git(package, monkeypatch, tmp_path):
    """GIT_DIR, as a git hook sets it for another repository, changes nothing."""
    revision = git(package, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    assert find_checkout((package.name,)).revision == revision


def test_the_hash_of_a_source_is_of_its_python_files(package):
    """The hash follows every .py file of a package, and no other file; the package is not imported."""
    hashes = []
    for name, text in (("part.py", "x = 1\n"), ("notes.txt", "new"), ("part.py", "x = 2\n"), ("deep/new.py", "")):
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(text)
        source_sha256.cache_clear()
        hashes.append(source_sha256(package.name))
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert package.name not in sys.modules
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        source_sha256("nowhere")
