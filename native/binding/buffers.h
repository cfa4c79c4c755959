// What run and runSync are given, as native code uses it.
#pragma once
#include <napi.h>

#include <vector>

#include "plan/plan.h"

// The elements of a typed array of the expected type, or null where it is something else.
template <class T>
T* elements(const Napi::Value& value, napi_typedarray_type type, size_t* length) {
  if (!value.IsTypedArray()) return nullptr;
  napi_typedarray_type found;
  void* data = nullptr;
  if (napi_get_typedarray_info(value.Env(), value, &found, length, &data, nullptr, nullptr) != napi_ok) return nullptr;
  static int64_t nothing;
  if (data == nullptr && *length == 0) data = &nothing;
  return found == type ? static_cast<T*>(data) : nullptr;
}

// The elements of the list of results. They are looked up before plan and buffers are, and once: looking one up may run
// code of the caller's, which may dispose of the plan or take buffers away. False where there is no list, or one too
// long.
bool readRows(const Napi::CallbackInfo& info, std::vector<Napi::Value>* rows);

// The buffers of a run in the order of lib/backends/native/native-plan.ts, each checked against the program.
laminet::Status readBuffers(const Napi::CallbackInfo& info, const laminet::Plan& plan,
                            const std::vector<Napi::Value>& rows, laminet::RunBuffers* buffers);
