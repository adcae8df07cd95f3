import os

from fabric import task
from invoke import Exit
from shiplog import Shiplog

shop = Shiplog(os.environ.get('SERVICE', 'shop'))


@task
def deploy(c, version, run='true', left=None):
    with shop.release(c, version=version, rollback={'db_change': 'none'}):
        c.run(run)
        if left is not None:
            raise Exit(code=int(left))


@task
def canary(c, version):
    with shop.release(c, version=version) as release:
        release.progress(10)
        c.run('true')


@task
@shop.reports(message='by the decorator')
def wrapped(c, version, run='true'):
    """Releases a version."""
    c.run(run)


@task
def rollback(c, version=None):
    version = version or shop.rollback_target()
    if version is None:
        raise Exit('Say where to go back to: --version.', code=3)
    with shop.release(c, version=version, kind='rollback'):
        c.run('echo going back to ' + version)


@task
def bare(c, run):
    c.run(run)
