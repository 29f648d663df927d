"""Members that the standard types of a language have: a call of such a name says nothing about who is called.

``x.append()`` in a tree with exactly one ``append`` of its own is a list's more often than not.
"""

from __future__ import annotations

_PYTHON = """
read write close open flush seek readline readlines fileno search match fullmatch group groups sub split send throw
submit result cancel acquire release wait notify put task_done exists mkdir unlink resolve is_file is_dir info debug
warning error exception critical log parse main run start stop connect execute commit rollback fetchone fetchall
cursor dumps loads dump load
"""
_JAVASCRIPT = """
apply bind call toString valueOf hasOwnProperty push pop shift unshift slice splice concat join reverse sort map
filter reduce forEach find findIndex some every includes indexOf lastIndexOf fill flat flatMap keys values entries at
get set has delete clear add then catch finally all race resolve reject assign create freeze split replace replaceAll
trim match search test exec charAt charCodeAt substring substr startsWith endsWith padStart padEnd repeat toLowerCase
toUpperCase toFixed parse stringify log warn error info debug on off once emit next return throw addEventListener
removeEventListener appendChild removeChild querySelector setAttribute getAttribute extend each send json end write
close open
"""
_COMPILED = """
equals hashCode toString compareTo getClass size isEmpty contains add addAll remove removeAll clear get set put
containsKey keySet entrySet values stream map filter collect forEach orElse orElseGet of ofNullable isPresent append
insert length charAt substring indexOf split trim replace format valueOf run call accept apply test close read write
flush next hasNext iterator Error String Len Less Swap Close Read Write Lock Unlock Add Done Wait min max abs unwrap
expect clone into from iter iter_mut into_iter push pop len is_empty extend as_ref as_mut as_str to_string to_owned
map_err ok_or and_then unwrap_or fmt eq cmp hash default new build begin end push_back emplace_back find c_str str
data count resize reserve swap first second reset ToString Equals GetHashCode Remove Contains Select Where First
ToList Any All Count Dispose
"""
_RUST = """
is_none is_some is_ok is_err is_some_and ok err lines chars bytes trim_start trim_end strip_prefix strip_suffix
split_once starts_with ends_with cloned copied fold rev skip take zip chain enumerate any all position flat_map
filter_map take_while skip_while and or or_else unwrap_or_else unwrap_or_default ok_or_else map_or map_or_else peek
peekable last nth sum to_vec entry or_insert or_insert_with or_default drain retain sort_by sort_by_key dedup get_mut
contains_key as_deref as_bytes lock recv spawn path file_name parent borrow borrow_mut deref downcast display expect_err
step_by windows chunks push_str push_back push_front pop_front pop_back truncate swap_remove split_off
extend_from_slice
"""
_GO = """
Next Scan Err Name Size Mode ModTime IsDir Sys Bytes Text Value Values Key Keys Int Int64 Uint64 Float64 Bool Cancel
Deadline Context Header Get Set Del Sub Mul Equal Before After Unix Format Parse Kind Elem Type Field Method Call
Interface Index Addr Accept Listen Serve Dial DialContext Seek ReadAt WriteTo ReadFrom WriteString ReadString Flush
Reset Signal Broadcast Load Store Delete Range Push Pop Front Back Init Errorf Fatalf Logf Helper Run Cleanup Log Fatal
Skip Parallel TempDir Unwrap Is As Start Stop End
"""
_JAVA = """
getName getType getValue getKey getMessage getCause getId iterator orElseThrow ifPresent interrupt newInstance
getAnnotation isAnnotationPresent getParameterTypes getReturnType getDeclaredMethods getInputStream getOutputStream
annotationType getBytes toArray subList entry getOrDefault putIfAbsent computeIfAbsent merge flatMap anyMatch
allMatch noneMatch toList
"""
_TYPES = (list, dict, str, set, bytes, tuple, int, float, type, object, Exception)

NAMES = frozenset(
    {word for words in (_PYTHON, _JAVASCRIPT, _COMPILED, _RUST, _GO, _JAVA) for word in words.split()}
    | {name for kind in _TYPES for name in dir(kind)}
)
