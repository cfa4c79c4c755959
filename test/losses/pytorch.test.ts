import { activation } from '../../lib/layers/activation';
import type { Layer } from '../../lib/layers/layer';
import {
  binaryFocalLoss,
  categoricalHinge,
  crossEntropy,
  focalLoss,
  hinge,
  klDivergence,
  type Loss,
  negativeLogLikelihood,
} from '../../lib/losses/loss';
import { oracle, targets } from '../support/backends';
import { runLoss } from '../support/single-op';
import { expectClose, float32Reduction, float64Fixture } from '../support/tolerance';

// What PyTorch gives in double precision for these numbers, by the snippet of each case:
//
//   labels = torch.tensor([2, 0, 1, 0]); one_hot = F.one_hot(labels, 3).double(); w = torch.tensor([0.5, 2.0, 1.0])
//   loss = snippet; loss.backward(); print(loss.item(), x.grad.flatten().tolist())
const X = [0.5, -1, 2, 1.5, 0.25, -0.75, -0.5, 0, 1, 3, 1, -2];
const LABELS = [2, 0, 1, 0];
const SOFT = [0.25, 0.25, 0.5, 1, 0, 0, 0.125, 0.75, 0.125, 0.5, 0.5, 0];
const W = [0.5, 2, 1];

interface Case {
  /** PyTorch's code. */
  readonly snippet: string;
  readonly loss: Loss;
  readonly end: 'linear' | 'softmax' | 'logSoftmax' | 'sigmoid';
  readonly kind: 'classes' | 'values';
  readonly value: number;
  readonly gradient: readonly number[];
}

const CASES: readonly Case[] = [
  {
    snippet: 'F.cross_entropy(x, labels, weight=w, label_smoothing=0.1)',
    loss: crossEntropy({ classWeights: W, labelSmoothing: 0.1 }),
    end: 'softmax',
    kind: 'classes',
    value: 0.9932583580628477,
    gradient: [
      0.04038630800225932, -0.006725554293700274, -0.03366075370855906, -0.014887618336932473, 0.012493518899667303,
      0.0023940994372651644, 0.06303376693375073, -0.35587188238938694, 0.29283811545563615, 0.007376750967270742,
      0.00012078439245968948, -0.0074975353597304395,
    ],
  },
  {
    snippet: 'F.cross_entropy(x, soft, weight=w, label_smoothing=0.1)',
    loss: crossEntropy({ classWeights: W, labelSmoothing: 0.1, fromLogits: true }),
    end: 'linear',
    kind: 'values',
    value: 1.7280931913402688,
    gradient: [
      0.017191350281197854, -0.1181255131704622, 0.10093416288926434, -0.014887618336932473, 0.012493518899667303,
      0.0023940994372651644, 0.03911033374238514, -0.25962981269094426, 0.22051947894855914, 0.21138435138416678,
      -0.20488239890475746, -0.006501952479409346,
    ],
  },
  {
    snippet: "F.cross_entropy(x, labels, weight=w, reduction='sum')",
    loss: crossEntropy({ classWeights: W, reduction: 'sum' }),
    end: 'softmax',
    kind: 'classes',
    value: 3.401807786440447,
    gradient: [
      0.1752903921400367, 0.03911257327068745, -0.21440296541072412, -0.14077982942446754, 0.10291830199882578,
      0.03786152742564176, 0.28048876633217695, -1.537552204755702, 1.2570634384235249, -0.062199702468456186,
      0.05924982726750479, 0.00294987520095139,
    ],
  },
  {
    snippet: 'F.nll_loss(F.log_softmax(x, 1), labels, weight=w)',
    loss: negativeLogLikelihood({ classWeights: W }),
    end: 'logSoftmax',
    kind: 'classes',
    value: 0.8504519466101117,
    gradient: [
      0.04382259803500917, 0.009778143317671862, -0.05360074135268103, -0.035194957356116885, 0.025729575499706444,
      0.00946538185641044, 0.07012219158304424, -0.3843880511889255, 0.3142658596058812, -0.015549925617114047,
      0.014812456816876197, 0.0007374688002378475,
    ],
  },
  {
    snippet: "F.kl_div(F.log_softmax(x, 1), soft, reduction='batchmean')",
    loss: klDivergence(),
    end: 'softmax',
    kind: 'values',
    value: 0.4408020081853109,
    gradient: [
      -0.018677401964990827, -0.052721856682328136, 0.07139925864731897, -0.07038991471223377, 0.05145915099941289,
      0.01893076371282088, 0.003811095791522119, -0.12969402559446275, 0.1258829298029406, 0.09390014876577191,
      -0.09537508636624761, 0.001474937600475695,
    ],
  },
  {
    snippet:
      'ce = F.binary_cross_entropy_with_logits(x, soft, reduction="none"); p = x.sigmoid(); off = p + soft - 2 * p * soft; ((0.25 * soft + 0.75 * (1 - soft)) * off**2 * ce).mean()',
    loss: binaryFocalLoss({ alpha: 0.25 }),
    end: 'sigmoid',
    kind: 'values',
    value: 0.11506033585270951,
    gradient: [
      0.01194283484336326, 0.0023634213772121887, 0.0039666362289362735, -0.0003548146921507485, 0.025390213312626704,
      0.005444353876799291, 0.006833298207508526, -0.004660731174062286, 0.02925829391961912, 0.004714313821067014,
      0.002406860194062551, 0.00030443376221204815,
    ],
  },
  {
    snippet: 'the same of one_hot, off**1.5 and without the weights of 0.25 and 0.75',
    loss: binaryFocalLoss({ gamma: 1.5, fromLogits: true }),
    end: 'linear',
    kind: 'classes',
    value: 0.24699517757546027,
    gradient: [
      0.048049243949063326, 0.007118414981050009, -0.0009839638211096013, -0.002788307112080746, 0.038800099307395114,
      0.010826575611645973, 0.015855288170222772, -0.03004792476641579, 0.06567626879983501, -0.00010057085959525145,
      0.06567626879983501, 0.0009839638211095996,
    ],
  },
  {
    snippet: 'p = x.softmax(1); (w * (1 - p)**2 * -one_hot * p.log()).sum(1).mean()',
    loss: focalLoss({ alpha: W }),
    end: 'softmax',
    kind: 'classes',
    value: 0.43904015716480627,
    gradient: [
      0.005576813279853174, 0.0012443552402515291, -0.006821168520104701, -0.007498471386548518, 0.005481821833747921,
      0.0020166495528005962, 0.07794974589055292, -0.4272962700838735, 0.3493465241933205, -0.000690655104208168,
      0.0006579001828265519, 3.2754921381615723e-5,
    ],
  },
  {
    snippet: '(1 - (2 * one_hot - 1) * x).clamp(min=0).mean()',
    loss: hinge(),
    end: 'linear',
    kind: 'classes',
    value: 8.5 / 12,
    gradient: [1, 1, 0, 0, 1, 1, 1, -1, 1, 0, 1, 0].map((slope) => slope / 12),
  },
  {
    snippet: '(((1 - one_hot) * x).max(1).values - (one_hot * x).sum(1) + 1).clamp(min=0).mean()',
    loss: categoricalHinge(),
    end: 'linear',
    kind: 'classes',
    value: 0.5,
    gradient: [0, 0, 0, 0, 0, 0, 0, -0.25, 0.25, 0, 0, 0],
  },
];

describe.each(targets)('$name gives what PyTorch gives', (target) => {
  it.each(CASES)('$snippet', ({ loss, end, kind, value, gradient }) => {
    const layers: readonly Layer[] = [activation(end)];
    const given = kind === 'classes' ? LABELS : SOFT;
    const result = runLoss(target, { loss, layers, outputs: 3, x: X, targets: given, kind });
    const tolerance = target === oracle ? float64Fixture : float32Reduction(12);
    expectClose('loss', [result.loss], [value], tolerance);
    expectClose('gradient', result.gx, gradient, tolerance);
  });
});
