// The only code that knows Node-API. It takes numbers and typed arrays, fills what it is given and returns a status;
// errors, arrays and promises are made in TypeScript.
//
// All state belongs to one environment (a Worker has its own). Plans are known by number. One thread-safe function an
// environment brings progress and ends of runs from native threads to the event loop; when the environment is torn
// down, a cleanup hook that was added after it stops and joins all threads first, so that nothing calls it any more.
#include <napi.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "binding/buffers.h"
#include "binding/errand.h"
#include "cpu/features.h"
#include "parallel/team.h"
#include "plan/clock.h"
#include "plan/op.h"
#include "plan/plan.h"

namespace {

using laminet::InstructionSet;
using laminet::Plan;
using laminet::RunBuffers;
using laminet::Status;

// A run under way on the plan's own threads. Its buffers and its callbacks are held until it has ended.
struct Run {
  std::vector<Napi::ObjectReference> held;
  Napi::FunctionReference onEvent;
  Napi::FunctionReference callBack;  // empty where the program calls no functions
  Errand errand;
};

struct Entry {
  std::unique_ptr<Plan> plan;
  std::unique_ptr<Run> run;
  bool disposed = false;  // to be freed when the run under way has ended
};

// What a native thread says to the event loop.
enum class Kind { progress, finished, errand };
struct Message {
  int32_t plan;
  Kind kind;
  int32_t instruction, samples;  // of an errand
};

struct State {
  std::map<int32_t, Entry> plans;
  int32_t nextPlan = 1;
  int running = 0;
  napi_threadsafe_function toLoop = nullptr;
};

State& stateOf(const Napi::CallbackInfo& info) { return *static_cast<State*>(info.Data()); }

double statusNumber(Status status) { return static_cast<double>(status); }

void erase(Napi::Env env, State* state, std::map<int32_t, Entry>::iterator entry) {
  Napi::MemoryManagement::AdjustExternalMemory(env, -entry->second.plan->workingBytes());
  state->plans.erase(entry);
}

// callBack(instruction, samples): whether it succeeded. It catches what the user's functions throw.
bool callFunction(Napi::Env env, const Napi::Function& callBack, int32_t instruction, int32_t samples) {
  const Napi::HandleScope scope(env);
  const Napi::Value result = callBack.Call({Napi::Number::New(env, instruction), Napi::Number::New(env, samples)});
  if (env.IsExceptionPending()) {
    env.GetAndClearPendingException();
    return false;
  }
  return result.IsBoolean() && result.As<Napi::Boolean>().Value();
}

// Runs on the event loop's thread.
void onMessage(napi_env env, napi_value, void* context, void* data) {
  std::unique_ptr<Message> message(static_cast<Message*>(data));
  if (env == nullptr) return;
  State& state = *static_cast<State*>(context);
  const auto found = state.plans.find(message->plan);
  if (found == state.plans.end() || !found->second.run) return;
  Napi::HandleScope scope(env);
  Entry& entry = found->second;
  const double steps = static_cast<double>(entry.plan->finishedSteps());
  if (message->kind == Kind::errand) {
    // The run cannot end before the errand is done, and its plan is not freed before the run has ended.
    Run& waiting = *entry.run;
    waiting.errand.finish(callFunction(env, waiting.callBack.Value(), message->instruction, message->samples));
    return;
  }
  const bool finished = message->kind == Kind::finished;
  const double outcome = finished ? static_cast<double>(entry.plan->outcome()) : -1;
  std::unique_ptr<Run> ended;
  if (finished) {
    ended = std::move(entry.run);
    if (--state.running == 0) napi_unref_threadsafe_function(env, state.toLoop);
  }
  Run& run = ended ? *ended : *entry.run;
  const Napi::Function onEvent = run.onEvent.Value();
  if (ended && entry.disposed) erase(env, &state, found);
  onEvent.Call({Napi::Number::New(env, outcome), Napi::Number::New(env, steps)});
}

bool say(State* state, const Message& said) {
  auto message = std::make_unique<Message>(said);
  if (napi_call_threadsafe_function(state->toLoop, message.get(), napi_tsfn_nonblocking) != napi_ok) return false;
  message.release();
  return true;
}

// createPlan(program: Float64Array, threads, instructionSet, report: Float64Array(1)): a number above 0, or a status.
// report receives the number of the instruction that was refused, or -1.
Napi::Value createPlan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  size_t count = 0;
  size_t reported = 0;
  const double* numbers = elements<double>(info[0], napi_float64_array, &count);
  double* report = elements<double>(info[3], napi_float64_array, &reported);
  if (!numbers || !report || reported < 1 || !info[1].IsNumber() || !info[2].IsNumber()) {
    return Napi::Number::New(env, statusNumber(Status::badBuffer));
  }
  const int threads = info[1].As<Napi::Number>().Int32Value();
  const int set = info[2].As<Napi::Number>().Int32Value();
  if (threads < 1 || threads > 64 || set < 0 || set >= laminet::kInstructionSets) {
    return Napi::Number::New(env, statusNumber(Status::badBuffer));
  }
  std::unique_ptr<Plan> plan;
  int32_t where = -1;
  const Status status = Plan::create(numbers, count, threads, static_cast<InstructionSet>(set), &plan, &where);
  report[0] = where;
  if (status != Status::ok) return Napi::Number::New(env, statusNumber(status));
  State& state = stateOf(info);
  const int32_t number = state.nextPlan++;
  Napi::MemoryManagement::AdjustExternalMemory(env, plan->workingBytes());
  state.plans[number].plan = std::move(plan);
  return Napi::Number::New(env, number);
}

Entry* entryOf(const Napi::CallbackInfo& info) {
  if (!info[0].IsNumber()) return nullptr;
  const auto found = stateOf(info).plans.find(info[0].As<Napi::Number>().Int32Value());
  return found == stateOf(info).plans.end() || found->second.disposed ? nullptr : &found->second;
}

// run(plan, parameters, gradients, samples, targets, order, learningRates, losses, correct, control, results, profile,
// version, state, factors, penalties, weights, exchange, callBack, seed, stepsBefore, epoch, onEvent). profile may be
// undefined, state and factors where the optimizer has none, penalties where the program has none, weights where it is
// not weighted, exchange and callBack where it calls no functions of the user's; version is 0 where nothing is known of
// the parameters. onEvent(-1, steps) tells of progress, onEvent(outcome, steps) of the end.
Napi::Value run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::vector<Napi::Value> rows;
  const bool listed = readRows(info, &rows);
  Entry* entry = entryOf(info);
  if (!entry) return Napi::Number::New(env, statusNumber(Status::noPlan));
  if (entry->run || entry->plan->isRunning()) return Napi::Number::New(env, statusNumber(Status::busy));
  RunBuffers buffers;
  const Status read = listed ? readBuffers(info, *entry->plan, rows, &buffers) : Status::badBuffer;
  if (read != Status::ok) return Napi::Number::New(env, statusNumber(read));
  if (!info[22].IsFunction()) return Napi::Number::New(env, statusNumber(Status::badBuffer));

  State* state = &stateOf(info);
  const int32_t number = info[0].As<Napi::Number>().Int32Value();
  entry->run = std::make_unique<Run>();
  for (size_t i = 1; i <= 17; i++) {
    if (info[i].IsObject()) entry->run->held.push_back(Napi::Persistent(info[i].As<Napi::Object>()));
  }
  for (const Napi::Value& row : rows) entry->run->held.push_back(Napi::Persistent(row.As<Napi::Object>()));
  entry->run->onEvent = Napi::Persistent(info[22].As<Napi::Function>());
  if (info[18].IsFunction()) entry->run->callBack = Napi::Persistent(info[18].As<Napi::Function>());
  buffers.callBack = [state, number, errand = &entry->run->errand](int32_t instruction, int32_t samples) {
    return errand->await([&] { return say(state, {number, Kind::errand, instruction, samples}); });
  };
  if (state->running++ == 0) napi_ref_threadsafe_function(env, state->toLoop);
  const Status started = entry->plan->start(
      buffers,
      [state, number] {
        say(state, {number, Kind::progress, 0, 0});
      },
      [state, number] {
        say(state, {number, Kind::finished, 0, 0});
      });
  if (started != Status::ok) {
    entry->run.reset();
    if (--state->running == 0) napi_unref_threadsafe_function(env, state->toLoop);
  }
  return Napi::Number::New(env, statusNumber(started));
}

// runSync(plan, ..., epoch): like run without onEvent; the outcome (0 or more) or a status. control[1] holds the
// steps.
Napi::Value runSync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::vector<Napi::Value> rows;
  const bool listed = readRows(info, &rows);
  Entry* entry = entryOf(info);
  if (!entry) return Napi::Number::New(env, statusNumber(Status::noPlan));
  if (entry->run || entry->plan->isRunning()) return Napi::Number::New(env, statusNumber(Status::busy));
  RunBuffers buffers;
  Status status = listed ? readBuffers(info, *entry->plan, rows, &buffers) : Status::badBuffer;
  const Napi::Function callBack = info[18].IsFunction() ? info[18].As<Napi::Function>() : Napi::Function();
  buffers.callBack = [env, &callBack](int32_t instruction, int32_t samples) {
    return callFunction(env, callBack, instruction, samples);
  };
  if (status == Status::ok) status = entry->plan->runHere(buffers);
  const double result = status == Status::ok ? static_cast<double>(entry->plan->outcome()) : statusNumber(status);
  return Napi::Number::New(env, result);
}

// disposePlan(plan): frees it, or where a run is under way has that end after its step, and frees it then.
Napi::Value disposePlan(const Napi::CallbackInfo& info) {
  Entry* entry = entryOf(info);
  if (!entry) return Napi::Number::New(info.Env(), statusNumber(Status::noPlan));
  if (entry->run) {
    entry->disposed = true;
    entry->plan->requestStop();
  } else {
    erase(info.Env(), &stateOf(info), stateOf(info).plans.find(info[0].As<Napi::Number>().Int32Value()));
  }
  return Napi::Number::New(info.Env(), statusNumber(Status::ok));
}

// workingBytes(plan)
Napi::Value workingBytes(const Napi::CallbackInfo& info) {
  Entry* entry = entryOf(info);
  const double bytes = entry ? static_cast<double>(entry->plan->workingBytes()) : statusNumber(Status::noPlan);
  return Napi::Number::New(info.Env(), bytes);
}

// instructionSets(): a number with bit i set where set i is available.
Napi::Value instructionSets(const Napi::CallbackInfo& info) {
  int bits = 0;
  for (int set = 0; set < laminet::kInstructionSets; set++) {
    if (laminet::isAvailable(static_cast<InstructionSet>(set))) bits |= 1 << set;
  }
  return Napi::Number::New(info.Env(), bits);
}

// multiplyAddRate(instructionSet, threads): multiplications and additions a second, all threads together, of a loop
// that touches no memory; or a status. Takes about a tenth of a second.
Napi::Value multiplyAddRate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsNumber() || !info[1].IsNumber()) return Napi::Number::New(env, statusNumber(Status::badBuffer));
  const int set = info[0].As<Napi::Number>().Int32Value();
  const int threads = info[1].As<Napi::Number>().Int32Value();
  if (set < 0 || set >= laminet::kInstructionSets || !laminet::isAvailable(static_cast<InstructionSet>(set))) {
    return Napi::Number::New(env, statusNumber(Status::noInstructionSet));
  }
  if (threads < 1 || threads > 64) return Napi::Number::New(env, statusNumber(Status::badBuffer));
  const laminet::PeakKernels& kernels = *laminet::kernelsFor(static_cast<InstructionSet>(set)).peak;
  constexpr int64_t kRounds = 8000000;
  std::atomic<int64_t> operations{0};
  laminet::Team team(threads);
  const auto work = [&](int) { operations += kernels.multiplyAdd(kRounds); };
  const double began = laminet::now();
  if (!team.runHere(work)) return Napi::Number::New(env, statusNumber(Status::noThreads));
  return Napi::Number::New(env, static_cast<double>(operations.load()) / (laminet::now() - began));
}

// opName(number): the name of an instruction, or an empty string.
Napi::Value opName(const Napi::CallbackInfo& info) {
  const char* name = info[0].IsNumber() ? laminet::opName(info[0].As<Napi::Number>().Int32Value()) : nullptr;
  return Napi::String::New(info.Env(), name ? name : "");
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  auto* state = new State();
  // The hooks run in the reverse order of their adding: threads are joined before the function they call is closed, and
  // the state, which that function's last messages still look at, is freed by the function's own finalizer.
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<State*>(data); };
  napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "laminet"), 0, 1, state, finalize,
                                  state, onMessage, &state->toLoop);
  napi_unref_threadsafe_function(env, state->toLoop);
  napi_add_env_cleanup_hook(
      env,
      [](void* data) {
        State& ending = *static_cast<State*>(data);
        for (auto& [number, entry] : ending.plans) {
          if (entry.run) entry.run->errand.close();
        }
        for (auto& [number, entry] : ending.plans) entry.plan->stopAndWait();
        for (auto& [number, entry] : ending.plans) entry.run.reset();
        ending.plans.clear();
      },
      state);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name, state));
  };
  add("createPlan", createPlan);
  add("run", run);
  add("runSync", runSync);
  add("disposePlan", disposePlan);
  add("workingBytes", workingBytes);
  add("instructionSets", instructionSets);
  add("multiplyAddRate", multiplyAddRate);
  add("opName", opName);
  return exports;
}

}  // namespace

NODE_API_MODULE(laminet, initialize)
