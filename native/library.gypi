# A part of the addon that must not see Node: node-gyp's include folders are taken out again.
{
  'type': 'static_library',
  'include_dirs!': [
    '<(node_root_dir)/include/node',
    '<(node_root_dir)/src',
    '<(node_root_dir)/deps/openssl/config',
    '<(node_root_dir)/deps/openssl/openssl/include',
    '<(node_root_dir)/deps/uv/include',
    '<(node_root_dir)/deps/zlib',
    '<(node_root_dir)/deps/v8/include',
  ],
  'include_dirs': ['.'],
  'cflags!': ['-fno-omit-frame-pointer', '-Wno-unused-parameter'],
  'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
  'cflags_cc': ['-O3', "<!@(node -p \"require('./native/sources.json').flags.common.join(' ')\")"],
}
