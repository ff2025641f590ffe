//! Shells and interpreters.

use super::check;

#[test]
fn shells() {
    check(
        r"
        bash -lc x | -l -c script:x
        bash -c x a b | -c script:x argument:a argument:b
        bash -eu -o pipefail -c x | -e -u -o=pipefail -c script:x
        bash -ec -- x | -e -c script:x
        bash script.sh a | script-file:script.sh argument:a
        bash -x script.sh -c | -x script-file:script.sh argument:-c
        bash | stdin:script
        bash -s -- x | -s argument:x stdin:script
        bash -c $ | -c script:$ ?
        sh - | plain:- stdin:script
        zsh -ic x | -i -c script:x
        fish -c x | -c=x script=x
        source a b | script-file:a argument:b
        . a | script-file:a
        pwsh -NoProfile -Command x | -NoProfile -Command=x code=x
        powershell.exe -File a.ps1 b | -File=a.ps1 script-file=a.ps1 argument:b
        ",
    );
}

#[test]
fn languages() {
    check(
        r"
        python3 -c code a -x | -c=code code=code argument:a argument:-x
        python3 -m http.server 80 | -m=http.server module=http.server argument:80
        python3 -m pip install x | -m=pip command{pip install x}
        python3 script.py a | script-file:script.py argument:a
        python3.12 -u script.py | -u script-file:script.py
        python | stdin:code
        python - a | plain:- argument:a stdin:code
        node -e code a | -e=code code=code argument:a
        node -pe code | -p=code code=code
        node --require a b.js | -r=a script-file=a script-file:b.js
        node script.js -x | script-file:script.js argument:-x
        perl -pi -e code f | -p -i -e=code code=code edit:f
        perl -i.bak -pe code f | -i=.bak -p -e=code code=code edit:f
        perl -ne code f | -n -e=code code=code read:f
        perl -e code f | -e=code code=code argument:f
        perl s.pl a | script-file:s.pl argument:a
        ruby -i -pe code f | -i -p -e=code code=code edit:f
        ruby -e code | -e=code code=code
        php -r code | -r=code code=code
        deno eval code | [eval] code:code
        deno run -A a.ts b | [run] -A script-file:a.ts argument:b
        osascript -e code | -e=code code=code
        java -cp a Main | -cp=a plain:Main
        java -jar a.jar -x | -jar=a.jar script-file=a.jar argument:-x
        lua -e code | -e=code code=code
        ",
    );
}
