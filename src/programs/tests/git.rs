//! git and what stands beside it.

use super::check;

#[test]
fn git_commands() {
    check(
        r"
        git -C d push -f origin +main | [push] -C=d -f folder=d plain:origin plain:+main
        git push origin :main | [push] -d plain:origin plain::main
        git push --force origin main | [push] -f plain:origin plain:main
        git -c x=y push --force-with-lease | [push] -c=x=y --force-with-lease setting=x=y
        git push --force-w origin | [push] --force-with-lease plain:origin
        git --git-dir=x -c a.b=c push --force origin main | [push] --git-dir=x -c=a.b=c -f read=x setting=a.b=c plain:origin plain:main
        git push --mirror | [push] --mirror
        git checkout -- f | [checkout] write:f below
        git checkout HEAD~1 -- f | [checkout] plain:HEAD~1 write:f below
        git checkout . | [checkout] write:. here:somewhere below
        git checkout -b new | [checkout] -b=new below
        git restore --source=HEAD f | [restore] -s=HEAD write:f below
        git restore --staged f | [restore] -S plain:f below
        git restore -SW f | [restore] -S -W write:f below
        git clean -fdx | [clean] -f -d -x here:delete below
        git clean -nd | [clean] -n -d below
        git clean -f a | [clean] -f delete:a below
        git rm f | [rm] delete:f
        git rm --cached f | [rm] --cached plain:f
        git rm -rf a | [rm] -r -f delete:a below
        git mv a b | [mv] move:a target:b below
        git stash drop | [stash drop]
        git stash | [stash] below
        git stash push -m x f | [stash push] -m=x write:f below
        git branch -D b | [branch] -d -f plain:b
        git branch --delete --force b | [branch] -d -f plain:b
        git commit -m rm\ -rf\ / | [commit] -m=rm -rf /
        git commit -F f -am x | [commit] -F=f -a -m=x read=f
        git reset --hard HEAD~1 | [reset] --hard plain:HEAD~1 here:write below
        git reset f | [reset] plain:f below
        git apply p | [apply] read:p here:edit
        git show HEAD:.env | [show] read:.env
        git diff -- a | [diff] read:a
        git diff --no-index a b | [diff] --no-index read:a read:b
        git grep x -- a | [grep] plain:x read:a below
        git log -5 -p -- a | [log] -5 -p read:a
        git clone u d | [clone] url:u write:d
        git worktree remove --force w | [worktree remove] -f delete:w below
        git submodule foreach rm\ a | [submodule foreach] script-words{rm a}
        git bisect run rm a | [bisect run] command{rm a}
        git rebase -x rm\ a main | [rebase] -x=rm a script=rm a plain:main here:somewhere
        git filter-branch --tree-filter rm\ a HEAD | [filter-branch] --tree-filter=rm a script=rm a plain:HEAD
        git remote rm origin | [remote remove] plain:origin
        git reflog expire --expire=now --all | [reflog expire] --expire=now --all
        git update-ref -d refs/heads/x | [update-ref] -d plain:refs/heads/x
        git tag -d v1 | [tag] -d plain:v1
        git config -f a x.y z | [config] -f=a edit=a setting-word:x.y setting-word:z
        git archive -o a HEAD | [archive] -o=a write=a plain:HEAD
        git prune -n | [prune] -n
        git am --no-verify p | [am] -n read:p here:edit
        git read-tree --reset -u HEAD | [read-tree] --reset -u plain:HEAD here:write
        git commit-tree -m x HEAD | [commit-tree] -m=x plain:HEAD
        git x a --b | [x] --b argument:a ?
        git $ a | [] argument:a ?
        ",
    );
}

#[test]
fn forges() {
    check(
        r"
        gh repo delete o/r --yes | [repo delete] --yes plain:o/r
        gh api -X DELETE repos/o/r -F body=@f | [api] -X=DELETE -F=body=@f plain:repos/o/r read=f
        gh pr merge 1 --admin -R o/r | [pr merge] --admin -R=o/r plain:1
        gh release upload v1 a b | [release upload] plain:v1 read:a read:b
        gh secret set X -b y | [secret set] -b=y plain:X
        ",
    );
}
