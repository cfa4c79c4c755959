# The addon as node-gyp builds it: build/Release/laminet.node. What is compiled, and with which flags, stands in
# native/sources.json, which CMakeLists.txt reads too.
#
# Everything but the binding is a static library without Node's include path, so that only the binding can know Node.
{
  'targets': [
    {
      'target_name': 'laminet',
      'sources': ["<!@(node -p \"require('./native/sources.json').binding.join(' ')\")"],
      'include_dirs': ['native', "<!(node -p \"require('node-addon-api').include_dir\")"],
      'defines': [
        'NAPI_VERSION=8',
        'NAPI_DISABLE_CPP_EXCEPTIONS',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
      ],
      'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
      'cflags_cc': ["<!@(node -p \"require('./native/sources.json').flags.common.join(' ')\")"],
      'dependencies': ['laminet_engine'],
      'conditions': [
        # Threads of the addon may outlive the Worker that loaded it by an instant: its code must stay mapped.
        ['OS=="linux"', { 'ldflags': ['-pthread', '-Wl,-z,nodelete'] }],
        # Only x64 has kernels so far. Another architecture gets its own sets here and in native/sources.json.
        ['target_arch=="x64"', {
          'dependencies': ['laminet_kernels_sse2', 'laminet_kernels_avx2', 'laminet_kernels_avx512'],
        }],
      ],
    },
    {
      'target_name': 'laminet_engine',
      'includes': ['native/library.gypi'],
      'sources': ["<!@(node -p \"require('./native/sources.json').engine.join(' ')\")"],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'laminet_kernels_sse2',
          'includes': ['native/library.gypi'],
          'sources': ["<!@(node -p \"require('./native/sources.json').kernels.join(' ')\")"],
          'cflags_cc': ["<!@(node -p \"require('./native/sources.json').flags.sse2.join(' ')\")"],
        },
        {
          'target_name': 'laminet_kernels_avx2',
          'includes': ['native/library.gypi'],
          'sources': ["<!@(node -p \"require('./native/sources.json').kernels.join(' ')\")"],
          'cflags_cc': ["<!@(node -p \"require('./native/sources.json').flags.avx2.join(' ')\")"],
        },
        {
          'target_name': 'laminet_kernels_avx512',
          'includes': ['native/library.gypi'],
          'sources': ["<!@(node -p \"require('./native/sources.json').kernels.join(' ')\")"],
          'cflags_cc': ["<!@(node -p \"require('./native/sources.json').flags.avx512.join(' ')\")"],
        },
      ],
    }],
  ],
}
