//! Names of calls by what they do, whatever the language.

/// Calls that write the paths they are given.
pub(super) const WRITES: &str = "\
    writeFile writeFileSync appendFile appendFileSync createWriteStream outputFile outputFileSync \
    writeTextFile writeTextFileSync file_put_contents symlink symlinkSync link linkSync symlink_to \
    hardlink_to chmod chmodSync chown truncate truncateSync touch utime mkdir mkdirSync makedirs mkdir_p \
    write_text write_bytes binwrite urlretrieve savetxt mkpath \
    write_file append_file edit_file writeJson writeJsonSync outputJson outputJsonSync writeJSON ensureFile \
    ensureFileSync ensureDir ensureDirSync mkdtemp mkdtempSync FileWriter PrintWriter FileOutputStream writeString \
    writeText appendText writeBytes WriteFile WriteAllText WriteAllLines WriteAllBytes AppendAllText spit spurt spew \
    spew_utf8 spew_raw";
/// Calls of anything that write the first text in their brackets: a file, or a folder with what comes into it.
pub(super) const OUTPUTS: &str = "\
    extractall extractTo unpack_to savefig save to_csv to_json to_parquet to_excel to_pickle to_html imwrite imsave \
    storeFile toFile make_archive FileHandler RotatingFileHandler TimedRotatingFileHandler";
/// Calls of a path that delete it, without brackets.
pub(super) const BARE: &str = "delete unlink rmtree rmdir rm_rf remove_tree remove";
/// Calls that delete what they are given, by names that are handed to other calls.
pub(super) const HANDED: &str = "\
    unlink unlinkSync remove rmtree rmSync rm rm_rf removedirs rmdir rmdirSync removeSync";
/// Calls that write their last path and read the others.
pub(super) const COPIES: &str = "\
    copy copy2 copyfile copytree copy_tree writefile copyFile copyFileSync copySync cp cpSync cp_r copyfileobj install \
    unpack_archive";
/// Calls after which the paths are elsewhere.
pub(super) const MOVES: &str = "\
    rename renameSync renames move moveSync mv exchange Rename";
/// Calls that delete the paths they are given.
pub(super) const DELETES: &str = "\
    remove removeSync unlink unlinkSync rmtree rmdir rmdirSync rmSync rm rm_r rm_rf rm_f removedirs delete \
    remove_dir_all remove_file remove_entry rimraf remove_tree removeFile \
    removeDirectoryRecursive rimrafSync trash deleteIfExists deleteDir deleteRecursively emptyDir emptyDirSync";
/// Calls that open a file, to read or write as their mode says.
pub(super) const OPENS: &str = "\
    open fopen sysopen openSync OpenFile ZipFile GzipFile TarFile SplFileObject";
/// Calls that start a shell or a program.
pub(super) const SHELLS: &str = "\
    system popen Popen run call check_call check_output getoutput getstatusoutput exec execSync execFile \
    execFileSync spawn spawnSync shell_exec passthru proc_open execv execvp execl execlp capture2 capture3 \
    create_subprocess_shell execa execaSync execaCommand execaCommandSync spawnl spawnlp spawnv spawnvp posix_spawn \
    posix_spawnp callCommand callProcess cmd";
/// Calls that do nothing to a path, though they take texts.
pub(super) const HARMLESS: &str = "\
    print printf puts echo say log info warn error debug write sub gsub replace replaceAll split join \
    startswith endswith startsWith endsWith format strip append push match search compile findall includes \
    test exists isfile isdir existsSync is_file is_dir len index count exit islink is_symlink stat lstat statSync \
    lstatSync access accessSync getsize getmtime getctime getatime filesize filemtime file_exists is_readable \
    is_writable size mtime ctime strftime get getenv fetch basename dirname abspath realpath relpath join Path Pathname \
    require import print_r var_dump isset str int bool set sorted toString isFile isDirectory";

/// Whether a name is in a list, where none has one letter.
pub(super) fn is_in(list: &str, name: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
    let bytes = list.as_bytes();
    let is_whole = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        ends(before) && ends(bytes.get(at + name.len()))
    };
    // Most names occur in no list, which is found out faster than by going through its words.
    name.len() > 1 && list.match_indices(name).any(|(at, _)| is_whole(at))
}
